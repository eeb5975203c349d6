//! Facts about AWS: CloudFormation resource types and IAM actions.
//!
//! Everything comes from three files that `cargo xtask catalog` generates from pinned public packages and that are embedded
//! as they are (`data/SOURCES.toml` says from what, `data/overlay.toml` what was corrected by hand and why). This crate is
//! the only one that knows where facts come from. It knows nothing about the language, does no I/O, and decodes only what
//! is asked for: a lookup is a binary search over the embedded bytes, a resource type is decoded node by node, and every
//! string is a slice of the file.
//!
//! ```
//! let bucket = ci_catalog::resource_type("AWS::S3::Bucket").expect("a well-known type");
//! let versioning = bucket.node_at("VersioningConfiguration/Status").expect("a well-known property");
//! assert!(bucket.node(versioning).enum_values.contains(&"Enabled"));
//! assert_eq!(bucket.ref_parts(), ["BucketName"]);
//! ```

use std::sync::{LazyLock, Mutex, OnceLock, PoisonError};

use rustc_hash::FxHashMap;

mod arn;
mod bundle;
mod codec;
mod facts;
pub mod iam;
mod lambda;
mod node;
mod offer;
#[doc(hidden)]
pub mod pack;
mod pattern;
mod registry;
mod schema;
#[cfg(test)]
mod tests;

pub use arn::{ArnPart, arn_parts, partition};
pub use bundle::BundleError;
pub use facts::{
    Attribute, Handler, Lifecycle, LifecycleStatus, Regions, ReplacementStrategy, Rule, TagShape, Tagging,
};
pub use lambda::{LambdaRuntime, lambda_runtime, lambda_runtimes};
pub use node::{
    Additional, Conditional, Dependency, Kinds, Node, NodeId, PolicyKind, Property, RefTarget, Scalar,
};
pub use offer::{Offer, Offered, Test, When};
pub use pattern::{is_supported_pattern, pattern_matches};
pub use registry::SchemaError;
pub use schema::ResourceSchema;

use bundle::Bundle;

static CFN_BYTES: &[u8] = include_bytes!("../data/cfn.bin");
static CFN: LazyLock<Catalog> = LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "INVARIANT: the embedded file is the one a test opens")]
    Catalog::open(CFN_BYTES).expect("cfn.bin is written by this version of the catalog generator")
});

/// An opened file of resource types. The compiler has one, embedded; the generator also opens the previous one to compare.
#[derive(Debug)]
#[doc(hidden)]
pub struct Catalog {
    bundle: &'static Bundle,
    types: Box<[OnceLock<&'static ResourceSchema>]>,
    known_regions: &'static [&'static str],
    unknown_regions: &'static [&'static str],
    runtimes: &'static [LambdaRuntime],
}

impl Catalog {
    /// Opens a file of resource types.
    pub fn open(bytes: &'static [u8]) -> Result<Self, BundleError> {
        let bundle: &'static Bundle = Box::leak(Box::new(Bundle::open(bytes)?));
        let mut globals = bundle.globals();
        Ok(Self {
            bundle,
            types: (0..bundle.len()).map(|_| OnceLock::new()).collect(),
            known_regions: globals.list(),
            unknown_regions: globals.list(),
            runtimes: globals.many(lambda::read),
        })
    }

    /// The names of all types, sorted.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + use<> {
        let bundle = self.bundle;
        (0..bundle.len()).map(|entry| bundle.name(entry))
    }

    /// What the names begin with, sorted and once each: `AWS::ACMPCA::` first.
    fn namespaces(&self) -> impl Iterator<Item = &'static str> + use<> {
        let bundle = self.bundle;
        let mut at = 0;
        std::iter::from_fn(move || {
            let name = (at < bundle.len()).then(|| bundle.name(at))?;
            let namespace = &name[..=name.rfind(':')?];
            // Most have many types: what is stepped over is not read.
            at = bundle.after(at, |name| name.starts_with(namespace.as_bytes()));
            Some(namespace)
        })
    }

    /// The type of this name.
    pub fn find(&self, name: &str) -> Option<&'static ResourceSchema> {
        let at = self.bundle.find(name)?;
        Some(self.types[at].get_or_init(|| {
            let entry = codec::Entry::open(self.bundle.entry(at));
            Box::leak(Box::new(ResourceSchema::lazy(self.bundle.name(at), entry, self.known_regions)))
        }))
    }
}

/// The names of all resource types, sorted: `AWS::ACMPCA::Certificate` first.
pub fn resource_types() -> impl Iterator<Item = &'static str> {
    CFN.names()
}

/// What the names of resource types begin with, sorted: `AWS::ACMPCA::` first.
pub fn resource_type_namespaces() -> impl Iterator<Item = &'static str> {
    CFN.namespaces()
}

/// The resource type of this name, `AWS::S3::Bucket`. Decoded once per process, on first use.
pub fn resource_type(name: &str) -> Option<&'static ResourceSchema> {
    CFN.find(name)
}

/// The regions whose resource types are known, sorted. About all others (isolated and sovereign partitions)
/// [`Regions::contains`] knows nothing.
pub fn known_regions() -> &'static [&'static str] {
    CFN.known_regions
}

/// Regions that exist but whose resource types no source lists, sorted.
pub fn unknown_regions() -> &'static [&'static str] {
    CFN.unknown_regions
}

/// Reads the schema of a third-party or private resource type: JSON in the format of the CloudFormation registry.
///
/// The result lives as long as the process, once for each distinct text: the same text gives the same schema back.
pub fn parse_schema(json: &str) -> Result<&'static ResourceSchema, SchemaError> {
    static PARSED: LazyLock<Mutex<FxHashMap<String, &'static ResourceSchema>>> =
        LazyLock::new(Mutex::default);

    let mut parsed = PARSED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(schema) = parsed.get(json) {
        return Ok(schema);
    }
    let value =
        serde_json::from_str(json).map_err(|error| SchemaError::Json { message: error.to_string() })?;
    let parts = registry::convert(&value)?;
    let schema: &'static ResourceSchema = Box::leak(Box::new(ResourceSchema::complete(parts)));
    parsed.insert(json.to_owned(), schema);
    Ok(schema)
}
