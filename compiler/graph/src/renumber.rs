//! Resources of a stack put in another order, or left out.

use crate::{Late, ResourceId, Stack, Value};

/// Puts each resource where `places` says, by its position; what has no place is left out. The places are the numbers from
/// zero on, each given once. Nothing that stays may read what is left out: such a value would be unknown.
pub fn renumber(stack: &mut Stack, places: &[Option<ResourceId>]) {
    let mut kept: Vec<_> = std::mem::take(&mut stack.resources)
        .into_iter()
        .zip(places)
        .filter_map(|(resource, place)| Some(((*place)?, resource)))
        .collect();
    kept.sort_by_key(|(place, _)| *place);
    for (_, mut resource) in kept {
        resource.properties.iter_mut().for_each(|entry| value(&mut entry.value.value, places));
        resource.depends_on = resource.depends_on.iter().filter_map(|on| places[on.0 as usize]).collect();
        resource.depends_on.sort_unstable();
        let told = [&mut resource.creation_policy, &mut resource.update_policy, &mut resource.metadata];
        told.into_iter().flatten().for_each(|told| value(told, places));
        stack.resources.push(resource);
    }
    stack.outputs.iter_mut().for_each(|output| value(&mut output.value.value, places));
}

fn value(of: &mut Value, places: &[Option<ResourceId>]) {
    match of {
        Value::List(items) => items.iter_mut().for_each(|item| value(&mut item.value, places)),
        Value::Record(entries) => entries.iter_mut().for_each(|entry| value(&mut entry.value.value, places)),
        Value::Late(inner) => {
            let is_there = late(inner, places);
            if !is_there {
                *of = Value::Unknown;
            }
        }
        _ => {}
    }
}

/// Whether what it reads is there.
fn late(of: &mut Late, places: &[Option<ResourceId>]) -> bool {
    match of {
        Late::Identifier(id) | Late::Attribute(id, _) => {
            let Some(place) = places[id.0 as usize] else { return false };
            *id = place;
        }
        Late::If { then, otherwise, .. } => {
            value(&mut then.value, places);
            value(&mut otherwise.value, places);
        }
        // Conditions read no resources.
        _ => of.operands_mut().iter_mut().for_each(|operand| value(operand, places)),
    }
    true
}

#[cfg(test)]
mod tests;
