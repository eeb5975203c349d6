//! Counts what is in the files, and compares files and counts with `SOURCES.toml`.

use std::collections::BTreeMap;

use ci_catalog::{Catalog, Handler, iam};

use super::sources::{Sources, sha256};
use super::{Outcome, Paths};

/// A pair of data files.
pub struct Opened {
    pub cfn: Catalog,
    pub iam: iam::Catalog,
}

impl Opened {
    /// Opens the files; they stay in memory until the task ends.
    pub fn new(cfn: &[u8], iam: &[u8]) -> Outcome<Self> {
        let keep = |bytes: &[u8]| -> &'static [u8] { Box::leak(bytes.to_vec().into_boxed_slice()) };
        Ok(Self { cfn: Catalog::open(keep(cfn))?, iam: iam::Catalog::open(keep(iam))? })
    }
}

/// Compares the committed files with SOURCES.toml.
pub fn committed(paths: &Paths, sources: &Sources) -> Outcome {
    let mut files = Vec::new();
    for name in ["cfn.bin", "iam.bin"] {
        let bytes = std::fs::read(paths.data.join(name))?;
        let expected = sources.files.get(name).map(|file| file.sha256.as_str()).unwrap_or_default();
        let found = sha256(&bytes);
        if found != expected {
            return Err(format!("{name}: sha256 is {found}, SOURCES.toml says {expected}").into());
        }
        files.push(bytes);
    }
    let counts = counts(&Opened::new(&files[0], &files[1])?);
    for (what, found) in &counts {
        if sources.counts.get(what) != Some(found) {
            return Err(format!("{what}: {found}, SOURCES.toml says {:?}", sources.counts.get(what)).into());
        }
    }
    println!("cfn.bin and iam.bin are those of SOURCES.toml");
    Ok(())
}

/// How many there are of what.
pub fn counts(opened: &Opened) -> BTreeMap<String, usize> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut add = |what: &'static str, how_many: usize| *counts.entry(what).or_default() += how_many;
    for schema in opened.cfn.names().filter_map(|name| opened.cfn.find(name)) {
        add("types", 1);
        add("properties", schema.node(schema.root()).properties.len());
        add("attributes", schema.attributes().len());
        add("rules", schema.rules().len());
        add(
            "types_with_create_permissions",
            usize::from(schema.handler_permissions(Handler::Create).is_some()),
        );
        add("types_with_arn_template", usize::from(schema.arn_template().is_some()));
        add("types_with_iam_resource_type", usize::from(schema.iam_resource_type().is_some()));
        add("types_with_tagging", usize::from(schema.tagging().is_some()));
        add("types_stateful", usize::from(schema.is_stateful()));
        for node in schema.node_ids().map(|id| schema.node(id)) {
            add("nodes", 1);
            add("references", node.references.len());
            add("patterns", usize::from(node.pattern.is_some()));
            add("enumerations", usize::from(node.has_enum()));
            add("policies", usize::from(node.policy.is_some()));
        }
    }
    for service in opened.iam.names().filter_map(|prefix| opened.iam.find(prefix)) {
        add("services", 1);
        add("actions", service.actions().len());
        add("iam_resource_types", service.resource_types().len());
        add("condition_keys", service.condition_keys().len());
        add("dependent_actions", service.actions().iter().map(|action| action.dependent_actions.len()).sum());
    }
    counts.into_iter().map(|(what, count)| (what.to_owned(), count)).collect()
}

/// Refuses counts that changed so much that a source's format probably changed.
pub fn plausible(new: &BTreeMap<String, usize>, old: &BTreeMap<String, usize>, accept: bool) -> Outcome {
    let mut odd = Vec::new();
    for (what, &old) in old {
        let new = new.get(what).copied().unwrap_or_default();
        if new.abs_diff(old) * 20 > old {
            odd.push(format!("{what}: {old} -> {new}"));
        }
    }
    if odd.is_empty() || accept {
        return Ok(());
    }
    Err(format!("counts differ by more than 5 % (--accept-counts accepts): {}", odd.join(", ")).into())
}
