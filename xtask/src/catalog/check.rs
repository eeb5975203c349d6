//! Counts what is in the files, and compares files and counts with `SOURCES.toml`.

use std::collections::BTreeMap;

use ci_catalog::pack::OfferCatalog;
use ci_catalog::{Catalog, Handler, iam};

use super::sources::{Sources, sha256};
use super::{Outcome, Paths};

/// The bytes of the data files.
pub struct Files {
    pub cfn: Vec<u8>,
    pub iam: Vec<u8>,
    pub offers: Vec<u8>,
}

impl Files {
    /// Reads the committed files.
    pub fn read(paths: &Paths) -> Outcome<Self> {
        let read = |name: &str| std::fs::read(paths.data.join(name));
        Ok(Self { cfn: read("cfn.bin")?, iam: read("iam.bin")?, offers: read("offers.bin")? })
    }

    /// Each with its name.
    pub fn named(&self) -> [(&'static str, &[u8]); 3] {
        [("cfn.bin", &self.cfn), ("iam.bin", &self.iam), ("offers.bin", &self.offers)]
    }
}

/// The data files, opened.
pub struct Opened {
    pub cfn: Catalog,
    pub iam: iam::Catalog,
    pub offers: OfferCatalog,
}

impl Opened {
    /// Opens the files; they stay in memory until the task ends.
    pub fn new(files: &Files) -> Outcome<Self> {
        let keep = |bytes: &[u8]| -> &'static [u8] { Box::leak(bytes.to_vec().into_boxed_slice()) };
        Ok(Self {
            cfn: Catalog::open(keep(&files.cfn))?,
            iam: iam::Catalog::open(keep(&files.iam))?,
            offers: OfferCatalog::open(keep(&files.offers))?,
        })
    }
}

/// Compares the committed files with SOURCES.toml.
pub fn committed(paths: &Paths, sources: &Sources) -> Outcome {
    let files = Files::read(paths)?;
    for (name, bytes) in files.named() {
        let expected = sources.files.get(name).map(|file| file.sha256.as_str()).unwrap_or_default();
        let found = sha256(bytes);
        if found != expected {
            return Err(format!("{name}: sha256 is {found}, SOURCES.toml says {expected}").into());
        }
    }
    let counts = counts(&Opened::new(&files)?);
    for (what, found) in &counts {
        if sources.counts.get(what) != Some(found) {
            return Err(format!("{what}: {found}, SOURCES.toml says {:?}", sources.counts.get(what)).into());
        }
    }
    println!("the data files are those of SOURCES.toml");
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
        add("offers", schema.offers().len());
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
    for table in opened.offers.names().filter_map(|name| opened.offers.find(name)) {
        add("offer_tables", 1);
        add("offered_values", table.values().count());
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
