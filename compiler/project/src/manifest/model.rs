//! What may stand in a manifest: every table and key, what it is for and what it takes. The reader, editors and the
//! reference have it from here.
//!
//! Must not know: TOML, and what becomes of what is read.

use ci_sema::rule::RuleSeverity;

use super::{LintLevel, TemplateFormat};

/// A table.
#[derive(Debug, PartialEq, Eq)]
pub struct ManifestTable {
    /// The keys that it may have.
    pub keys: &'static [ManifestKey],
    /// Where its keys are names of something else, what they are.
    pub entries: Option<ManifestEntries>,
}

/// A key of a table.
#[derive(Debug, PartialEq, Eq)]
pub struct ManifestKey {
    /// Its name.
    pub name: &'static str,
    /// What it is for: a part of a sentence, in Markdown.
    pub about: &'static str,
    /// What stands behind it.
    pub takes: ManifestValue,
}

/// Keys that are names.
#[derive(Debug, PartialEq, Eq)]
pub struct ManifestEntries {
    /// Of what.
    pub names: ManifestNames,
    /// What it is for that they are given: a part of a sentence, in Markdown.
    pub about: &'static str,
    /// What stands behind each.
    pub takes: ManifestValue,
}

/// Of what the keys of a table are names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ManifestNames {
    /// Packages, as the sources are to call them.
    Dependencies,
    /// Kinds of findings.
    Findings,
    /// Rules.
    Rules,
}

/// What a key takes.
#[derive(Debug, PartialEq, Eq)]
pub enum ManifestValue {
    /// A text.
    Text,
    /// The directory of another package, relative to that of the manifest.
    Package,
    /// Paths of files.
    Paths,
    /// Paths of modules.
    Modules,
    /// One of a few words.
    Word(&'static [ManifestWord]),
    /// A table.
    Table(&'static ManifestTable),
}

/// A word that a key may take.
#[derive(Debug, PartialEq, Eq)]
pub struct ManifestWord {
    /// The word.
    pub name: &'static str,
    /// What it does: a part of a sentence, in Markdown.
    pub about: &'static str,
}

const fn key(name: &'static str, about: &'static str, takes: ManifestValue) -> ManifestKey {
    ManifestKey { name, about, takes }
}

const fn table(keys: &'static [ManifestKey]) -> ManifestTable {
    ManifestTable { keys, entries: None }
}

/// The manifest itself.
pub static MANIFEST_KEYS: ManifestTable = table(&[
    key("package", "what the package says of itself", ManifestValue::Table(&PACKAGE)),
    key("dependencies", "the packages that it imports from", ManifestValue::Table(&DEPENDENCIES)),
    key("lints", "how findings are treated", ManifestValue::Table(&LINTS)),
    key("rules", "which rules apply beside the project's own", ManifestValue::Table(&RULES)),
    key("build", "how templates are written", ManifestValue::Table(&BUILD)),
    key("catalog", "which resource types there are beside those of AWS", ManifestValue::Table(&CATALOG)),
]);

static PACKAGE: ManifestTable = table(&[
    key("name", "in kebab case; others import it with `_` for `-`", ManifestValue::Text),
    key("version", "three numbers", ManifestValue::Text),
    key("description", "what it is for", ManifestValue::Text),
    SCHEMAS,
]);

const SCHEMAS: ManifestKey = key(
    "schemas",
    "paths of schema files with resource types of your own; the last part may hold `*`",
    ManifestValue::Paths,
);

static DEPENDENCIES: ManifestTable = ManifestTable {
    keys: &[],
    entries: Some(ManifestEntries {
        names: ManifestNames::Dependencies,
        about: "a package, by the name it is imported by with `_` for `-`",
        takes: ManifestValue::Table(&DEPENDENCY),
    }),
};

static DEPENDENCY: ManifestTable =
    table(&[key("path", "another package, relative to this one", ManifestValue::Package)]);

static LINTS: ManifestTable = ManifestTable {
    keys: &[],
    entries: Some(ManifestEntries {
        names: ManifestNames::Findings,
        about: "how a finding that has a level is treated, by its name or code",
        takes: ManifestValue::Word(&LEVELS),
    }),
};

static RULES: ManifestTable = table(&[
    key(
        "packages",
        "modules whose rules apply, of the standard library or of dependencies; `std::rules::fsbp` and \
         `std::rules::keys` where nothing is said",
        ManifestValue::Modules,
    ),
    key(
        "severity",
        "from which severity on their rules apply; from high on they are errors, others warnings",
        ManifestValue::Word(&SEVERITIES),
    ),
    key(
        "levels",
        "how single rules are treated, whatever their severity",
        ManifestValue::Table(&RULE_LEVELS),
    ),
]);

static RULE_LEVELS: ManifestTable = ManifestTable {
    keys: &[],
    entries: Some(ManifestEntries {
        names: ManifestNames::Rules,
        about: "how a rule is treated, by its name",
        takes: ManifestValue::Word(&LEVELS),
    }),
};

static BUILD: ManifestTable =
    table(&[key("format", "how templates are written", ManifestValue::Word(&FORMATS))]);

static CATALOG: ManifestTable = table(&[SCHEMAS]);

static LEVELS: [ManifestWord; 3] = [LintLevel::Allow.word(), LintLevel::Warn.word(), LintLevel::Deny.word()];

static SEVERITIES: [ManifestWord; 4] = [
    severity(RuleSeverity::Low),
    severity(RuleSeverity::Medium),
    severity(RuleSeverity::High),
    severity(RuleSeverity::Critical),
];

static FORMATS: [ManifestWord; 2] = [TemplateFormat::Json.word(), TemplateFormat::Yaml.word()];

impl LintLevel {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Allow, Self::Warn, Self::Deny];

    /// The word for it.
    pub const fn name(self) -> &'static str {
        self.word().name
    }

    const fn word(self) -> ManifestWord {
        let (name, about) = match self {
            Self::Allow => ("allow", "not reported"),
            Self::Warn => ("warn", "a warning"),
            Self::Deny => ("deny", "an error"),
        };
        ManifestWord { name, about }
    }
}

impl TemplateFormat {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Json, Self::Yaml];

    /// The word for it.
    pub const fn name(self) -> &'static str {
        self.word().name
    }

    const fn word(self) -> ManifestWord {
        let (name, about) = match self {
            Self::Json => ("json", "JSON, where nothing is said"),
            Self::Yaml => ("yaml", "YAML"),
        };
        ManifestWord { name, about }
    }
}

const fn severity(severity: RuleSeverity) -> ManifestWord {
    let about = match severity {
        RuleSeverity::Low => "all of their rules",
        RuleSeverity::Medium => "those of medium severity and above",
        RuleSeverity::High => "those of high severity and above, where nothing is said",
        RuleSeverity::Critical => "only those of critical severity",
    };
    ManifestWord { name: severity.name(), about }
}

impl ManifestTable {
    /// What a key of it is for, and what it takes.
    pub fn get(&self, name: &str) -> Option<(&'static str, &ManifestValue)> {
        let own = self.keys.iter().find(|key| key.name == name).map(|key| (key.about, &key.takes));
        own.or_else(|| self.entries.as_ref().map(|entries| (entries.about, &entries.takes)))
    }

    /// The names of its keys.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + Clone {
        self.keys.iter().map(|key| key.name)
    }

    /// The table at a path of keys.
    pub fn at<S: AsRef<str>>(&self, path: &[S]) -> Option<&Self> {
        path.iter().try_fold(self, |table, name| match table.get(name.as_ref())?.1 {
            ManifestValue::Table(table) => Some(*table),
            _ => None,
        })
    }
}

impl ManifestValue {
    /// What it is, in words.
    pub const fn noun(&self) -> &'static str {
        match self {
            Self::Text | Self::Package | Self::Word(_) => "a text",
            Self::Paths => "a list of paths",
            Self::Modules => "a list of modules",
            Self::Table(_) => "a table",
        }
    }
}
