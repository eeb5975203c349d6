//! IAM: services, their actions, and what the actions can be restricted to.
//!
//! Facts of the service authorization reference. Nothing here decides what a program may do.

use std::sync::{LazyLock, OnceLock};

use crate::bundle::{Bundle, BundleError, Cursor};
use crate::pack::Writer;

#[cfg(test)]
mod tests;

/// What an action does, as IAM groups actions.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum AccessLevel {
    /// Finds out what exists.
    List,
    /// Reads content.
    #[default]
    Read,
    /// Changes content.
    Write,
    /// Changes only tags.
    Tagging,
    /// Grants or takes away permissions.
    PermissionsManagement,
}

impl AccessLevel {
    /// All levels, in the order the data stores them.
    pub const ALL: [Self; 5] =
        [Self::List, Self::Read, Self::Write, Self::Tagging, Self::PermissionsManagement];
}

/// A service, by its prefix.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Service {
    /// The prefix in action names, `dynamodb`.
    pub prefix: &'static str,
    /// The service's name, `Amazon DynamoDB`.
    pub name: &'static str,
    pub(crate) actions: &'static [Action],
    pub(crate) resource_types: &'static [ResourceType],
    pub(crate) condition_keys: &'static [(&'static str, &'static str)],
}

/// An action of a service.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Action {
    /// The name without prefix, `GetItem`.
    pub name: &'static str,
    /// What it does.
    pub level: AccessLevel,
    /// The resource types it can be restricted to; empty if it takes only `*`.
    pub resources: &'static [ActionResource],
    /// Condition keys it supports whatever the resource.
    pub condition_keys: &'static [&'static str],
    /// Other actions, with prefix, that the caller needs too. Of 2026-07: see `data/SOURCES.toml`.
    pub dependent_actions: &'static [&'static str],
    /// It stands for no API operation. Of 2026-07.
    pub permission_only: bool,
}

/// A resource type that an action accepts.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct ActionResource {
    /// The name of a [`ResourceType`] of the same service.
    pub resource_type: &'static str,
    /// The action needs a resource of this type. Not reliable for S3 and others whose source lists all as optional.
    pub required: bool,
    /// Condition keys it supports with this resource type.
    pub condition_keys: &'static [&'static str],
}

/// A sort of resource that actions can be restricted to.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct ResourceType {
    /// IAM's name for it, `table`.
    pub name: &'static str,
    /// The form of its ARN, `arn:${Partition}:dynamodb:${Region}:${Account}:table/${TableName}`.
    pub arn_template: &'static str,
    /// Condition keys that tell resources of this type apart.
    pub condition_keys: &'static [&'static str],
}

impl Service {
    /// All actions, sorted by name.
    pub fn actions(&self) -> &'static [Action] {
        self.actions
    }

    /// The action of exactly this name, `GetItem`.
    pub fn action(&self, name: &str) -> Option<&'static Action> {
        self.actions.binary_search_by(|action| action.name.cmp(name)).ok().map(|at| &self.actions[at])
    }

    /// The action of this name in any case: IAM ignores case, the language does not.
    pub fn action_ignore_case(&self, name: &str) -> Option<&'static Action> {
        self.actions.iter().find(|action| action.name.eq_ignore_ascii_case(name))
    }

    /// All resource types, sorted by name.
    pub fn resource_types(&self) -> &'static [ResourceType] {
        self.resource_types
    }

    /// The resource type of this name, `table`.
    pub fn resource_type(&self, name: &str) -> Option<&'static ResourceType> {
        self.resource_types.iter().find(|resource_type| resource_type.name == name)
    }

    /// The service's own condition keys and the type of their values, sorted; those of [`global_condition_keys`] are not
    /// repeated: `("dynamodb:Attributes", "ArrayOfString")`.
    pub fn condition_keys(&self) -> &'static [(&'static str, &'static str)] {
        self.condition_keys
    }
}

static IAM_BYTES: &[u8] = include_bytes!("../data/iam.bin");
static IAM: LazyLock<Catalog> = LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "INVARIANT: the embedded file is the one a test opens")]
    Catalog::open(IAM_BYTES).expect("iam.bin is written by this version of the catalog generator")
});

/// An opened file of services.
#[derive(Debug)]
#[doc(hidden)]
pub struct Catalog {
    bundle: &'static Bundle,
    services: Box<[OnceLock<&'static Service>]>,
    global_keys: &'static [(&'static str, &'static str)],
}

impl Catalog {
    /// Opens a file of services.
    pub fn open(bytes: &'static [u8]) -> Result<Self, BundleError> {
        let bundle: &'static Bundle = Box::leak(Box::new(Bundle::open(bytes)?));
        let services = (0..bundle.len()).map(|_| OnceLock::new()).collect();
        Ok(Self { bundle, services, global_keys: bundle.globals().many(|c| (c.text(), c.text())) })
    }

    /// All prefixes, sorted.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + use<> {
        let bundle = self.bundle;
        (0..bundle.len()).map(|entry| bundle.name(entry))
    }

    /// The service of this prefix.
    pub fn find(&self, prefix: &str) -> Option<&'static Service> {
        let at = self.bundle.find(prefix)?;
        Some(
            self.services[at]
                .get_or_init(|| Box::leak(Box::new(read(self.bundle.name(at), &mut self.bundle.entry(at))))),
        )
    }
}

/// The prefixes of all services, sorted: `a2c` first.
pub fn services() -> impl Iterator<Item = &'static str> {
    IAM.names()
}

/// The service of this prefix, `dynamodb`. Decoded once per process, on first use.
pub fn service(prefix: &str) -> Option<&'static Service> {
    IAM.find(prefix)
}

/// The action of this full name, `dynamodb:GetItem`, in exactly this case.
pub fn action(name: &str) -> Option<&'static Action> {
    let (prefix, action) = name.split_once(':')?;
    service(prefix)?.action(action)
}

/// True if `dynamodb:GetItem` is an action, in exactly this case and without wildcards.
pub fn is_known_action(name: &str) -> bool {
    action(name).is_some()
}

/// Condition keys every service supports and the type of their values, sorted: `("aws:SourceArn", "ARN")`.
pub fn global_condition_keys() -> &'static [(&'static str, &'static str)] {
    IAM.global_keys
}

/// How AWS spells a condition key, whose case IAM ignores: `aws:SourceArn` for `aws:sourcearn`. `None` for keys with a
/// variable part, and those that nobody knows.
pub fn condition_key(name: &str) -> Option<&'static str> {
    let of = |keys: &'static [(&'static str, &'static str)]| {
        keys.iter().map(|(key, _)| *key).find(|key| key.eq_ignore_ascii_case(name))
    };
    let (prefix, _) = name.split_once(':')?;
    of(global_condition_keys()).or_else(|| of(service(prefix)?.condition_keys()))
}

fn read(prefix: &'static str, c: &mut Cursor) -> Service {
    Service {
        prefix,
        name: c.text(),
        actions: c.many(|c| Action {
            name: c.text(),
            level: AccessLevel::ALL.get(usize::from(c.byte())).copied().unwrap_or_default(),
            resources: c.many(|c| ActionResource {
                resource_type: c.text(),
                required: c.flag(),
                condition_keys: c.list(),
            }),
            condition_keys: c.list(),
            dependent_actions: c.list(),
            permission_only: c.flag(),
        }),
        resource_types: c.many(|c| ResourceType {
            name: c.text(),
            arn_template: c.text(),
            condition_keys: c.list(),
        }),
        condition_keys: c.many(|c| (c.text(), c.text())),
    }
}

pub(crate) fn write(w: &mut Writer<'_>, service: &Service) {
    w.text(service.name);
    w.many(service.actions, |w, action| {
        w.text(action.name);
        w.byte(action.level as u8);
        w.many(action.resources, |w, resource| {
            w.text(resource.resource_type);
            w.flag(resource.required);
            w.list(resource.condition_keys);
        });
        w.list(action.condition_keys);
        w.list(action.dependent_actions);
        w.flag(action.permission_only);
    });
    w.many(service.resource_types, |w, resource_type| {
        w.text(resource_type.name);
        w.text(resource_type.arn_template);
        w.list(resource_type.condition_keys);
    });
    w.many(service.condition_keys, |w, (key, kind)| {
        w.text(key);
        w.text(kind);
    });
}
