//! Requests, as far as they are known.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::{Caller, Text};

/// Somebody asks to do something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Who.
    pub caller: Caller,
    /// What, `sqs:SendMessage`.
    pub action: Text,
    /// With what, as an ARN; `*` for actions that take no resource.
    pub resource: Text,
    /// The account that owns the resource; the caller's own if `None`.
    pub resource_account: Option<Text>,
    /// What else is known.
    pub context: Context,
}

/// The context keys of a request.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Context {
    /// By key in lower case. No values at all: the request does not have the key.
    values: BTreeMap<Arc<str>, Vec<Text>>,
    is_open: bool,
}

impl Context {
    /// A context of which nothing is known: the request may have any key, with any value. That of
    /// [`Context::default`] is known to be empty.
    pub fn open() -> Self {
        Self { values: BTreeMap::new(), is_open: true }
    }

    /// Says what the request has under a key; nothing at all, if there are no values.
    #[must_use]
    pub fn with(mut self, key: &str, values: impl IntoIterator<Item = impl Into<Text>>) -> Self {
        self.set(key, values.into_iter().map(Into::into).collect());
        self
    }

    pub(crate) fn set(&mut self, key: &str, values: Vec<Text>) {
        self.values.insert(key.to_ascii_lowercase().into(), values);
    }

    /// The values under a key, none if it is absent; `None` if that is not known.
    pub fn get(&self, key: &str) -> Option<&[Text]> {
        let known = self.values.get(key).map(Vec::as_slice);
        known.or_else(|| (!self.is_open).then_some(&[]))
    }

    /// All keys that something is said about, sorted, each with its values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[Text])> {
        self.values.iter().map(|(key, values)| (&**key, values.as_slice()))
    }
}
