//! What a user can set: under `cleaninfra` in the settings of the editor, or as the options of initialization.

use serde::Deserialize;
use serde_json::Value;

/// The settings. What is left out or makes no sense is as usual.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
pub(crate) struct Settings {
    pub inlay_hints: InlayHints,
    pub code_lens: CodeLens,
    pub rename: Rename,
    pub diagnostics: Diagnostics,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct InlayHints {
    /// The types of `let` without one.
    pub types: bool,
    /// The statements that each capability in `uses` becomes.
    pub rights: bool,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct CodeLens {
    pub enabled: bool,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Rename {
    /// What is made keeps its logical id when it gets another name.
    pub keep_logical_ids: bool,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Diagnostics {
    /// How long to wait after the last change at most, in milliseconds.
    pub delay: u64,
}

impl Default for InlayHints {
    fn default() -> Self {
        Self { types: true, rights: true }
    }
}

impl Default for CodeLens {
    fn default() -> Self {
        Self { enabled: true }
    }
}

impl Default for Rename {
    fn default() -> Self {
        Self { keep_logical_ids: true }
    }
}

impl Default for Diagnostics {
    fn default() -> Self {
        Self { delay: 60 }
    }
}

impl Settings {
    /// From what an editor sent: the settings, or an object with them under `cleaninfra`. Nothing where it is neither.
    pub fn read(value: &Value) -> Option<Self> {
        let own = value.get("cleaninfra").unwrap_or(value);
        own.is_object().then(|| serde_json::from_value(own.clone()).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_left_out_is_as_usual() {
        let read = Settings::read(&json!({ "cleaninfra": { "inlayHints": { "types": false }, "more": 1 } }));
        let expected =
            Settings { inlay_hints: InlayHints { types: false, rights: true }, ..Settings::default() };
        assert_eq!(read, Some(expected));
        assert_eq!(
            Settings::read(&json!({ "rename": { "keepLogicalIds": "perhaps" } })),
            Some(Settings::default())
        );
        assert_eq!(Settings::read(&Value::Null), None);
    }
}
