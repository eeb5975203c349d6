//! Writes the data files. Used by `cargo xtask catalog` only; the compiler never calls it.
//!
//! Equal input gives equal bytes: strings are numbered by how often they are used, then by text; lists in the order they
//! are met; entries by name.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use serde_json::Value;

use crate::bundle::{MAGIC, VERSION, leak};
use crate::iam::{self, AccessLevel, Action, ActionResource, ResourceType, Service};
use crate::registry::{self, Parts};
use crate::{LambdaRuntime, SchemaError, codec, lambda, offer};

pub use crate::offer::{Catalog as OfferCatalog, EVERYWHERE, Table};

/// The strings and lists of a file, each once.
#[derive(Default)]
pub(crate) struct Pool {
    strings: FxHashMap<String, u32>,
    texts: Vec<String>,
    uses: Vec<u32>,
    lists: FxHashMap<Vec<u32>, u32>,
    list_items: Vec<Vec<u32>>,
}

impl Pool {
    fn text(&mut self, text: &str) -> u32 {
        if let Some(&id) = self.strings.get(text) {
            self.uses[id as usize] += 1;
            return id;
        }
        let id = self.texts.len() as u32;
        self.strings.insert(text.to_owned(), id);
        self.texts.push(text.to_owned());
        self.uses.push(1);
        id
    }

    fn list(&mut self, items: &[&str]) -> u32 {
        let ids: Vec<u32> = items.iter().map(|item| self.text(item)).collect();
        if let Some(&id) = self.lists.get(&ids) {
            return id;
        }
        let id = self.list_items.len() as u32;
        self.lists.insert(ids.clone(), id);
        self.list_items.push(ids);
        id
    }

    /// A pool with the same strings, the most used ones first so that they get the short numbers.
    fn ranked(&self) -> Self {
        let mut order: Vec<usize> = (0..self.texts.len()).collect();
        order.sort_by(|&a, &b| {
            self.uses[b].cmp(&self.uses[a]).then_with(|| self.texts[a].cmp(&self.texts[b]))
        });
        let mut ranked = Self::default();
        for id in order {
            ranked.text(&self.texts[id]);
        }
        ranked
    }
}

/// Writes the values of one block. The counterpart of [`Cursor`](crate::bundle::Cursor), method by method.
pub(crate) struct Writer<'a> {
    pool: &'a mut Pool,
    bytes: Vec<u8>,
}

impl<'a> Writer<'a> {
    fn new(pool: &'a mut Pool) -> Self {
        Self { pool, bytes: Vec::new() }
    }

    /// How much is written.
    pub(crate) fn position(&self) -> usize {
        self.bytes.len()
    }

    /// A block to be inserted with [`Writer::append`] later, sharing the pool.
    pub(crate) fn nested(&mut self) -> Writer<'_> {
        Writer { pool: self.pool, bytes: Vec::new() }
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    pub(crate) fn append(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    pub(crate) fn byte(&mut self, byte: u8) {
        self.bytes.push(byte);
    }

    pub(crate) fn number(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.byte((value & 0x7f) as u8 | 0x80);
            value >>= 7;
        }
        self.byte(value as u8);
    }

    pub(crate) fn len(&mut self, len: usize) {
        self.number(len as u64);
    }

    pub(crate) fn signed(&mut self, value: i64) {
        self.number(((value << 1) ^ (value >> 63)).cast_unsigned());
    }

    pub(crate) fn float(&mut self, value: f64) {
        const EXACT: f64 = 9_007_199_254_740_992.0; // 2^53: whole numbers up to here survive the way there and back
        if value.fract() == 0.0 && value.abs() < EXACT {
            self.byte(0);
            self.signed(value as i64);
        } else {
            self.byte(1);
            self.append(&value.to_le_bytes());
        }
    }

    pub(crate) fn flag(&mut self, flag: bool) {
        self.byte(u8::from(flag));
    }

    pub(crate) fn text(&mut self, text: &str) {
        let id = self.pool.text(text);
        self.number(u64::from(id));
    }

    pub(crate) fn optional_text(&mut self, text: Option<&str>) {
        self.flag(text.is_some());
        if let Some(text) = text {
            self.text(text);
        }
    }

    pub(crate) fn list(&mut self, items: &[&str]) {
        let id = self.pool.list(items);
        self.number(u64::from(id));
    }

    pub(crate) fn many<T>(&mut self, items: &[T], mut write: impl FnMut(&mut Self, &T)) {
        self.len(items.len());
        for item in items {
            write(self, item);
        }
    }
}

/// Writes a whole file: `entries` in the order of their names, then `globals`.
pub(crate) fn bundle<T>(
    entries: &BTreeMap<String, T>,
    write_entry: impl Fn(&mut Writer<'_>, &T),
    write_globals: impl Fn(&mut Writer<'_>),
) -> Vec<u8> {
    // The first pass only counts how often each string is used.
    let mut counted = Pool::default();
    let _ = blocks(&mut counted, entries, &write_entry, &write_globals);
    let mut pool = counted.ranked();
    let (names, entry_offsets, entry_bytes, global_bytes) =
        blocks(&mut pool, entries, &write_entry, &write_globals);

    let mut list_offsets = vec![0];
    let mut list_bytes = Vec::new();
    for items in std::mem::take(&mut pool.list_items) {
        let mut list = Writer::new(&mut pool);
        list.many(&items, |list, id| list.number(u64::from(*id)));
        list_bytes.extend(list.into_bytes());
        list_offsets.push(list_bytes.len() as u32);
    }
    let mut string_offsets = vec![0];
    let mut string_bytes = Vec::new();
    for text in &pool.texts {
        string_bytes.extend_from_slice(text.as_bytes());
        string_offsets.push(string_bytes.len() as u32);
    }

    let header = [
        VERSION,
        string_offsets.len() as u32 - 1,
        list_offsets.len() as u32 - 1,
        names.len() as u32,
        string_bytes.len() as u32,
        list_bytes.len() as u32,
        entry_bytes.len() as u32,
        global_bytes.len() as u32,
    ];
    let mut file = MAGIC.to_vec();
    for table in [&header[..], &string_offsets, &list_offsets, &names, &entry_offsets] {
        file.extend(table.iter().flat_map(|word| word.to_le_bytes()));
    }
    for section in [string_bytes, list_bytes, entry_bytes, global_bytes] {
        file.extend(section);
    }
    file
}

type Blocks = (Vec<u32>, Vec<u32>, Vec<u8>, Vec<u8>);

fn blocks<T>(
    pool: &mut Pool,
    entries: &BTreeMap<String, T>,
    write_entry: &impl Fn(&mut Writer<'_>, &T),
    write_globals: &impl Fn(&mut Writer<'_>),
) -> Blocks {
    let (mut names, mut offsets, mut bytes) = (Vec::new(), vec![0], Vec::new());
    for (name, entry) in entries {
        names.push(pool.text(name));
        let mut writer = Writer::new(pool);
        write_entry(&mut writer, entry);
        bytes.extend(writer.into_bytes());
        offsets.push(bytes.len() as u32);
    }
    let mut writer = Writer::new(pool);
    write_globals(&mut writer);
    (names, offsets, bytes, writer.into_bytes())
}

/// What goes into `cfn.bin`.
pub struct CfnInput<'a> {
    /// Schemas in the registry's format with the generator's `x-` keywords, by type name.
    pub types: &'a BTreeMap<String, Value>,
    /// Names of the regions behind the bits of `x-facts.regions`.
    pub known_regions: Vec<&'a str>,
    /// Names of regions about which nothing is known.
    pub unknown_regions: Vec<&'a str>,
    /// Sorted by name.
    pub runtimes: Vec<LambdaRuntime>,
}

/// What is wrong with the schema of the named type.
pub type Problem = (String, SchemaError);

/// The bytes of `cfn.bin`, and what did not fit and was left out.
pub fn cfn(input: &CfnInput<'_>) -> Result<(Vec<u8>, Vec<Problem>), Problem> {
    let mut parts = BTreeMap::new();
    let mut problems = Vec::new();
    for (name, schema) in input.types {
        let mut converted = registry::convert(&sorted(schema)).map_err(|error| (name.clone(), error))?;
        problems.extend(converted.problems.drain(..).map(|problem| (name.clone(), problem)));
        parts.insert(name.clone(), converted);
    }
    let write_type = |w: &mut Writer<'_>, parts: &Parts| {
        codec::write_type(w, &parts.nodes, parts.root, &parts.meta);
    };
    let bytes = bundle(&parts, write_type, |w| {
        w.list(&input.known_regions);
        w.list(&input.unknown_regions);
        w.many(&input.runtimes, lambda::write);
    });
    Ok((bytes, problems))
}

/// The bytes of `offers.bin`: tables by name, and the regions behind their bits.
pub fn offers(tables: &BTreeMap<String, Table>, regions: &[&str]) -> Vec<u8> {
    bundle(tables, offer::write_table, |w| w.list(regions))
}

/// The bytes of `iam.bin`, from facts as JSON:
/// `{prefix: {name, actions: {name: {level, resources: [[type, required, [key]]], keys, dependents, permissionOnly}},
/// resources: {name: [arn, [key]]}, keys: {key: type}}}`.
pub fn iam(services: &BTreeMap<String, Value>, global_keys: &BTreeMap<String, String>) -> Vec<u8> {
    let services: BTreeMap<String, Service> =
        services.iter().map(|(prefix, facts)| (prefix.clone(), service(facts))).collect();
    bundle(&services, iam::write, |w| {
        w.len(global_keys.len());
        for (key, kind) in global_keys {
            w.text(key);
            w.text(kind);
        }
    })
}

/// The same value with the members of all objects sorted, whatever order the JSON reader keeps.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let members: BTreeMap<&String, Value> =
                members.iter().map(|(name, member)| (name, sorted(member))).collect();
            Value::Object(members.into_iter().map(|(name, member)| (name.clone(), member)).collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(sorted).collect()),
        other => other.clone(),
    }
}

fn service(facts: &Value) -> Service {
    let members = |value: &Value| sorted(value).as_object().cloned().unwrap_or_default();
    Service {
        prefix: "",
        name: kept(&facts["name"]),
        actions: leak(
            members(&facts["actions"])
                .iter()
                .map(|(name, action)| Action {
                    name: keep(name),
                    level: AccessLevel::ALL
                        .into_iter()
                        .find(|level| action["level"] == *level as u8)
                        .unwrap_or_default(),
                    resources: leak(
                        items(&action["resources"])
                            .map(|resource| ActionResource {
                                resource_type: kept(&resource[0]),
                                required: resource[1] == true,
                                condition_keys: leak(items(&resource[2]).map(kept).collect()),
                            })
                            .collect(),
                    ),
                    condition_keys: leak(items(&action["keys"]).map(kept).collect()),
                    dependent_actions: leak(items(&action["dependents"]).map(kept).collect()),
                    permission_only: action["permissionOnly"] == true,
                })
                .collect(),
        ),
        resource_types: leak(
            members(&facts["resources"])
                .iter()
                .map(|(name, resource)| ResourceType {
                    name: keep(name),
                    arn_template: kept(&resource[0]),
                    condition_keys: leak(items(&resource[1]).map(kept).collect()),
                })
                .collect(),
        ),
        condition_keys: leak(
            members(&facts["keys"]).iter().map(|(key, kind)| (keep(key), kept(kind))).collect(),
        ),
    }
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn kept(value: &Value) -> &'static str {
    keep(value.as_str().unwrap_or_default())
}

fn keep(text: &str) -> &'static str {
    Box::leak(text.to_owned().into_boxed_str())
}
