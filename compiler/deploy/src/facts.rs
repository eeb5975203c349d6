//! What is known about deploying resource types beyond their schemas: three reviewed tables, and what a project adds.
//!
//! Must not know: stacks, policies.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use ci_catalog::Handler;
use serde::Deserialize;

/// How resources of a type are named.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Naming {
    pub generated: Option<String>,
    #[serde(default)]
    pub lower: bool,
    pub max: Option<usize>,
    pub property: Option<String>,
    pub variable: Option<String>,
    pub path: Option<String>,
    pub trim: Option<String>,
    pub declared: Option<String>,
    #[serde(default)]
    pub also: Vec<String>,
    #[serde(default)]
    pub unknown: Vec<String>,
    #[serde(default)]
    pub vars: BTreeMap<String, String>,
    /// For those who read the table; a test wants one in each entry.
    #[cfg_attr(not(test), expect(dead_code))]
    pub review: String,
}

/// What the handlers of a type need.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Handlers {
    /// Actions that are needed only where one of the properties is set.
    #[serde(default)]
    pub when: BTreeMap<String, Vec<String>>,
    /// ARNs that an action is about; the action may end in `*`.
    #[serde(default)]
    pub on: BTreeMap<String, Vec<String>>,
    /// Conditions of an action: a key, and the type of the resource, or the property, whose ARN it has.
    #[serde(default)]
    pub only: BTreeMap<String, BTreeMap<String, String>>,
    /// Actions that are needed only where the resource names something of the action's service.
    #[serde(default)]
    pub related: Vec<String>,
    /// Actions to make a resource, beyond those of the schema.
    pub create: Option<Vec<String>>,
    /// Actions to read it.
    pub read: Option<Vec<String>>,
    /// Actions to change it.
    pub update: Option<Vec<String>>,
    /// Actions to remove it.
    pub delete: Option<Vec<String>>,
    /// Where this is from.
    pub review: Option<String>,
}

impl Handlers {
    /// What is listed here for a handler; `None` if there is no list.
    pub(crate) fn of(&self, handler: Handler) -> Option<&[String]> {
        let list = match handler {
            Handler::Create => &self.create,
            Handler::Read => &self.read,
            Handler::Update => &self.update,
            Handler::Delete => &self.delete,
            Handler::List => &None,
        };
        list.as_deref()
    }

    /// All actions listed here.
    fn actions(&self) -> impl Iterator<Item = &String> {
        let lists = [&self.create, &self.read, &self.update, &self.delete];
        lists
            .into_iter()
            .flatten()
            .flatten()
            .chain(self.when.keys())
            .chain(self.on.keys())
            .chain(self.only.keys())
    }
}

/// Handlers of types, as a project writes them: `[types."AWS::…"]`, in the form of `data/needs.toml`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Supplied {
    /// By the name of the type.
    pub types: BTreeMap<String, Handlers>,
}

impl Supplied {
    /// Reads TOML. The error says what is wrong, and in which line.
    pub fn parse(text: &str) -> Result<Self, String> {
        let supplied: Self = toml::from_str(text).map_err(|error| error.to_string())?;
        for (name, handlers) in &supplied.types {
            if !name.contains("::") {
                return Err(format!("`{name}` is not the name of a resource type"));
            }
            let is_wrong =
                |action: &&String| !action.contains('*') && !ci_catalog::iam::is_known_action(action);
            if let Some(action) = handlers.actions().find(is_wrong) {
                return Err(format!("`{name}` needs `{action}`, which is no action of IAM"));
            }
        }
        Ok(supplied)
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NamingTable {
    types: BTreeMap<String, Naming>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Services {
    passed: BTreeMap<String, Vec<String>>,
    linked: BTreeMap<String, Vec<String>>,
}

#[expect(clippy::expect_used, reason = "INVARIANT: the embedded files are those that tests read")]
fn read<T: for<'de> Deserialize<'de>>(text: &str) -> T {
    toml::from_str(text).expect("the tables of this crate can be read")
}

/// A name in the handlers of schemas that is no action.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NoAction {
    pub types: BTreeMap<String, Vec<String>>,
    pub instead: Vec<String>,
    pub why: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct LeftOut {
    actions: BTreeMap<String, NoAction>,
}

static NAMES: LazyLock<NamingTable> = LazyLock::new(|| read(include_str!("../data/names.toml")));
static NEEDS: LazyLock<Supplied> = LazyLock::new(|| read(include_str!("../data/needs.toml")));
static LEFT_OUT: LazyLock<LeftOut> = LazyLock::new(|| read(include_str!("../data/left-out.toml")));
static SERVICES: LazyLock<Services> = LazyLock::new(|| read(include_str!("../data/services.toml")));

/// How resources of a type are named, if the table says so.
pub(crate) fn naming(type_name: &str) -> Option<&'static Naming> {
    NAMES.types.get(type_name)
}

/// What the table says about the handlers of a type.
pub(crate) fn handlers(type_name: &str) -> Option<&'static Handlers> {
    NEEDS.types.get(type_name)
}

/// Names in the schema of a type that are no actions, sorted.
pub(crate) fn left_out(type_name: &str) -> impl Iterator<Item = (&'static str, &'static NoAction)> {
    let all = LEFT_OUT.actions.iter().filter(move |(_, left)| left.types.contains_key(type_name));
    all.map(|(name, left)| (name.as_str(), left))
}

/// What a handler of a type needs under a name that is no action.
pub(crate) fn instead(type_name: &str, handler: Handler) -> impl Iterator<Item = &'static str> {
    let of_handler = left_out(type_name).filter(move |(_, left)| {
        left.types.get(type_name).is_some_and(|handlers| handlers.iter().any(|name| name == handler.name()))
    });
    of_handler.flat_map(|(_, left)| left.instead.iter().map(String::as_str))
}

/// The services that a role of someone else is passed to; the second says that the table has the answer.
pub(crate) fn passed_to(type_name: &str, prefix: Option<&str>) -> (Vec<String>, bool) {
    services(&SERVICES.passed, type_name, prefix)
}

/// The services whose service-linked roles resources of a type make.
pub(crate) fn linked(type_name: &str, prefix: Option<&str>) -> (Vec<String>, bool) {
    services(&SERVICES.linked, type_name, prefix)
}

fn services(
    table: &BTreeMap<String, Vec<String>>,
    type_name: &str,
    prefix: Option<&str>,
) -> (Vec<String>, bool) {
    let part = type_name.rsplit_once("::").map_or(type_name, |(part, _)| part);
    if let Some(known) = table.get(type_name).or_else(|| table.get(part)) {
        return (known.clone(), true);
    }
    let last = part.rsplit("::").next().unwrap_or(part).to_ascii_lowercase();
    (vec![format!("{}.amazonaws.com", prefix.unwrap_or(&last))], false)
}

#[cfg(test)]
mod tests;
