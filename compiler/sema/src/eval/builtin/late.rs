//! What can be computed at deployment: the methods of late values, and elements of late lists.

use std::rc::Rc;
use std::sync::Arc;

use ci_graph::Late;

use super::{Call, MAX_ELEMENTS, Outcome, Problem, argument, list, settle, text};
use crate::eval::value::{Located, Value};

/// The most parts that `Fn::Cidr` makes; the Template Reference of `CloudFormation`, "`Fn::Cidr`".
const MAX_PARTS: i64 = 256;

/// The most bits of an address of IPv6.
const MAX_BITS: i64 = 128;

/// The value of a method of something late.
pub(super) fn method(late: &Rc<Late>, call: Call<'_>) -> Outcome {
    let graph = || ci_graph::Value::late((**late).clone());
    let needs_known = || Problem::Late(call.receiver.origin);
    Ok(match call.name {
        // A late enum is its text, and numbers and truths are texts where texts are wanted.
        "to_string" | "value" => Value::Late(Rc::clone(late)),
        "split" => Value::late(Late::Split { separator: text::separator(&call)?.into(), text: graph() }),
        "join" => Value::late(Late::Join { separator: Arc::clone(call.text(0)?), list: graph() }),
        "base64" => Value::late(Late::Base64(graph())),
        "subnets" => {
            let (count, host_bits) = (call.int(0)?, call.int(1)?);
            if !(1..=MAX_PARTS).contains(&count) {
                return argument(format!("the number of parts must be from 1 to {MAX_PARTS}, found {count}"));
            }
            if !(1..=MAX_BITS).contains(&host_bits) {
                return argument(format!(
                    "the number of host bits must be from 1 to {MAX_BITS}, found {host_bits}"
                ));
            }
            Value::late(Late::Cidr { block: graph(), count, host_bits })
        }
        _ => match elements(call.receiver) {
            Some(items) => return list::method(&items, call),
            None => return Err(needs_known().into()),
        },
    })
}

/// The elements of a late list of which it is known how many there are: the parts of an address range. Loops can go
/// over them.
pub fn elements(list: &Located) -> Option<Vec<Located>> {
    let Value::Late(late) = &list.value else { return None };
    let Late::Cidr { count, .. } = **late else { return None };
    let count = u32::try_from(count).ok().filter(|count| *count as usize <= MAX_ELEMENTS)?;
    let element =
        |at| settle(select(late, i64::from(at))).ok().map(|value| Located { value, origin: list.origin });
    (0..count).map(element).collect()
}

/// An element of something late.
pub(super) fn select(late: &Late, position: i64) -> Outcome {
    if let Late::Cidr { count, .. } = late
        && !(0..*count).contains(&position)
    {
        return Err(list::outside(position, usize::try_from(*count).unwrap_or(usize::MAX)));
    }
    let Ok(index) = u32::try_from(position) else {
        let words = format!("the position is {position}; positions of a late list count from 0");
        return Err(Problem::OutOfBounds(words).into());
    };
    Ok(Value::late(Late::Select { index, list: ci_graph::Value::late(late.clone()) }))
}
