//! The manifest of a package, `ci.toml`.
//!
//! ```toml
//! [package]
//! name = "shop"                    # kebab case
//! version = "0.1.0"                # three numbers, as in semver
//! description = "Takes orders"     # optional
//! schemas = ["schemas/*.json"]     # resource types beyond those of AWS; also under [catalog]
//!
//! [dependencies]
//! house-rules = { path = "../house-rules" }    # imported as `house_rules`
//!
//! [lints]
//! unused-binding = "allow"         # or "warn" or "deny"; by name or by number
//!
//! [rules]
//! packages = ["std::rules::fsbp"]  # whose rules apply: modules; this one and `std::rules::keys`, unless something is said
//! severity = "high"                # from which severity on: "low", "medium", "high" or "critical"
//!
//! [rules.levels]
//! s3_bucket_is_versioned = "warn"  # or "allow" or "deny"; by the name of the rule
//!
//! [build]
//! format = "yaml"                  # or "json", the default
//! ```
//!
//! What may stand in it says `model`. Read by hand rather than through derived types: so every mistake of a manifest is reported in one run, each at
//! its place and with the nearest name that exists.
//!
//! Must not know: the disk. Whether a path leads anywhere is for its user to find out.

mod model;

use std::collections::BTreeMap;

use ci_base::{Applicability, Code, Diagnostic, FileId, Span, TextRange, did_you_mean};
use ci_sema::rule::RuleSeverity;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

pub use model::{
    MANIFEST_KEYS, ManifestEntries, ManifestKey, ManifestNames, ManifestTable, ManifestValue, ManifestWord,
};

/// The name of the file.
pub const FILE_NAME: &str = "ci.toml";

/// What a package says about itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest {
    /// Its name in kebab case.
    pub name: String,
    /// Its version.
    pub version: String,
    /// What it is for.
    pub description: Option<String>,
    /// The packages it imports from, sorted by name.
    pub dependencies: Vec<Dependency>,
    /// How findings are treated.
    pub lints: BTreeMap<Code, LintLevel>,
    /// Which rules apply.
    pub rules: Rules,
    /// How templates are written.
    pub format: Option<TemplateFormat>,
    /// Where schemas of further resource types are: paths in which the last segment may hold `*`.
    pub schemas: Vec<Schemas>,
}

/// A package that is imported from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependency {
    /// The name it is imported by: that of the manifest with `_` for `-`.
    pub name: String,
    /// Where it comes from.
    pub source: DependencySource,
    /// Where in the manifest it is named.
    pub at: TextRange,
}

/// Where a dependency comes from. Git repositories and registries will be further variants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DependencySource {
    /// A directory, relative to that of the manifest.
    Path(String),
}

/// How a kind of finding is treated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LintLevel {
    /// Not reported.
    Allow,
    /// A warning.
    Warn,
    /// An error.
    Deny,
}

/// Which rules apply beside the project's own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// The modules of rules: `std::rules::fsbp`. `None` where nothing is said.
    pub packages: Option<Vec<(String, TextRange)>>,
    /// From which severity on they apply; from `high` on where nothing is said.
    pub severity: Option<RuleSeverity>,
    /// How single rules are treated, by name, and where that is said.
    pub levels: BTreeMap<String, (LintLevel, TextRange)>,
}

/// How templates are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TemplateFormat {
    /// JSON.
    #[default]
    Json,
    /// YAML.
    Yaml,
}

/// A pattern for schema files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schemas {
    /// Relative to the package, with forward slashes.
    pub pattern: String,
    /// Where in the manifest it stands.
    pub at: TextRange,
}

impl Manifest {
    /// Reads a manifest. What is wrong with it is reported, and the rest is used.
    pub fn parse(file: FileId, text: &str) -> (Self, Vec<Diagnostic>) {
        let mut reader = Reader { file, text, diagnostics: Vec::new() };
        let (document, errors) = DeTable::parse_recoverable(text);
        for error in errors {
            let range = error.span().unwrap_or(0..0);
            reader.report(range, error.message().to_owned());
        }
        let mut manifest = Self::default();
        // Where the text is not TOML, what seems to be missing may only be misread.
        if reader.diagnostics.is_empty() {
            reader.document(document.get_ref(), &mut manifest);
        }
        manifest.dependencies.sort_by(|a, b| a.name.cmp(&b.name));
        let mut diagnostics = reader.diagnostics;
        diagnostics.sort_by_key(|found| found.primary.at.range);
        (manifest, diagnostics)
    }
}

struct Reader<'a> {
    file: FileId,
    text: &'a str,
    diagnostics: Vec<Diagnostic>,
}

type Value<'i> = Spanned<DeValue<'i>>;

impl Reader<'_> {
    fn document(&mut self, document: &DeTable<'_>, manifest: &mut Manifest) {
        self.known_keys(document, "a manifest", &[]);
        if let Some(package) = document.get("package") {
            self.package(package, manifest);
        } else {
            let help = "add\n[package]\nname = \"my-project\"\nversion = \"0.1.0\"";
            self.report(0..0, "the manifest has no `[package]`").help = Some(help.to_owned());
        }
        for (name, dependency) in entries(self.table(document.get("dependencies"), "dependencies")) {
            manifest.dependencies.extend(self.dependency(name, dependency));
        }
        for (name, level) in entries(self.table(document.get("lints"), "lints")) {
            manifest.lints.extend(self.lint(name, level));
        }
        if let Some(rules) = self.table(document.get("rules"), "rules") {
            self.rules(rules, &mut manifest.rules);
        }
        if let Some(build) = self.table(document.get("build"), "build") {
            self.known_keys(build, "`[build]`", &["build"]);
            manifest.format = build.get("format").and_then(|format| self.format(format));
        }
        if let Some(catalog) = self.table(document.get("catalog"), "catalog") {
            self.known_keys(catalog, "`[catalog]`", &["catalog"]);
            self.schemas(catalog.get("schemas"), manifest);
        }
    }

    fn package(&mut self, package: &Value<'_>, manifest: &mut Manifest) {
        let header = package.span();
        let Some(package) = self.table(Some(package), "package") else { return };
        self.known_keys(package, "`[package]`", &["package"]);
        match package.get("name") {
            None => drop(self.report(header.clone(), "the package has no `name`")),
            Some(name) => {
                if let Some(text) = self.string(name, "name") {
                    if !is_kebab_case(text) {
                        let found =
                            self.report(name.span(), format!("`{text}` cannot be the name of a package"));
                        found
                            .notes
                            .push("a name is in kebab case: `a-z`, then `a-z`, `0-9` and single `-`".into());
                    }
                    text.clone_into(&mut manifest.name);
                }
            }
        }
        match package.get("version") {
            None => drop(self.report(header, "the package has no `version`")),
            Some(version) => {
                if let Some(text) = self.string(version, "version") {
                    if !is_version(text) {
                        let found = self.report(version.span(), format!("`{text}` is not a version"));
                        found.notes.push("a version has three numbers: `1.0.0`, or `1.0.0-beta.1`".into());
                    }
                    text.clone_into(&mut manifest.version);
                }
            }
        }
        if let Some(description) = package.get("description") {
            manifest.description = self.string(description, "description").map(str::to_owned);
        }
        self.schemas(package.get("schemas"), manifest);
    }

    fn schemas(&mut self, list: Option<&Value<'_>>, manifest: &mut Manifest) {
        let Some(list) = list else { return };
        let Some(array) = list.get_ref().as_array() else {
            self.wrong_type(list, "schemas", "a list of paths");
            return;
        };
        for item in array {
            let Some(pattern) = self.string(item, "schemas") else { continue };
            let folders = pattern.rsplit_once('/').map_or("", |(folders, _)| folders);
            if folders.contains('*') {
                self.report(item.span(), "`*` can only stand in the last part of a path");
            } else {
                manifest.schemas.push(Schemas { pattern: pattern.to_owned(), at: range(item.span()) });
            }
        }
    }

    fn dependency(
        &mut self,
        name: &Spanned<toml::de::DeString<'_>>,
        value: &Value<'_>,
    ) -> Option<Dependency> {
        /// Names that mean something else in front of `::`.
        const TAKEN: [&str; 5] = ["std", "aws", "self", "super", "crate"];
        let key = name.get_ref();
        if !is_kebab_case(&key.replace('_', "-")) {
            self.report(name.span(), format!("`{key}` cannot be the name of a dependency"))
                .notes
                .push("it becomes the first part of paths: `a-z`, then `a-z`, `0-9`, `-` or `_`".into());
            return None;
        }
        if TAKEN.contains(&key.as_ref()) {
            self.report(
                name.span(),
                format!("`{key}` cannot be the name of a dependency: it means something else"),
            );
            return None;
        }
        let supported = "only packages of this disk are supported so far: `{ path = \"../other\" }`";
        let Some(table) = value.get_ref().as_table() else {
            let found = self.report(value.span(), format!("the dependency `{key}` has no path"));
            found.help = Some(supported.to_owned());
            return None;
        };
        let future = ["git", "branch", "tag", "rev", "version", "registry"];
        let unsupported = table.keys().find(|field| future.contains(&field.get_ref().as_ref()));
        if let Some(field) = unsupported {
            let found =
                self.report(field.span(), format!("`{}` dependencies are not supported", field.get_ref()));
            found.help = Some(supported.to_owned());
            return None;
        }
        self.known_keys(table, "a dependency", &["dependencies", key]);
        let Some(path) = table.get("path") else {
            let found = self.report(value.span(), format!("the dependency `{key}` has no path"));
            found.help = Some(supported.to_owned());
            return None;
        };
        let text = self.string(path, "path")?;
        Some(Dependency {
            name: key.replace('-', "_"),
            source: DependencySource::Path(text.to_owned()),
            at: range(path.span()),
        })
    }

    fn lint(
        &mut self,
        name: &Spanned<toml::de::DeString<'_>>,
        level: &Value<'_>,
    ) -> Option<(Code, LintLevel)> {
        let Some(code) = Code::parse(name.get_ref()) else {
            let message = format!("there is no finding called `{}`", name.get_ref());
            let candidates = Code::ALL.iter().flat_map(|code| [code.name(), code.number()]);
            self.unknown(name.span(), message, name.get_ref(), candidates);
            return None;
        };
        let level_read = self.level(name, level)?;
        if !code.has_level() && level_read != LintLevel::Deny {
            let text = level.get_ref().as_str().unwrap_or_default();
            let message = format!("`{}` is an error and cannot be set to `{text}`", code.name());
            let note = "what CloudFormation would reject cannot be allowed; only warnings have levels";
            self.report(level.span(), message).notes.push(note.to_owned());
            return None;
        }
        Some((code, level_read))
    }

    fn level(&mut self, name: &Spanned<toml::de::DeString<'_>>, level: &Value<'_>) -> Option<LintLevel> {
        self.word(level, name.get_ref(), "level", &LintLevel::ALL, LintLevel::name)
    }

    /// One of a few words. `what` it is, is said where it is none of them.
    fn word<T: Copy>(
        &mut self,
        value: &Value<'_>,
        name: &str,
        what: &str,
        all: &[T],
        named: fn(T) -> &'static str,
    ) -> Option<T> {
        let text = self.string(value, name)?.to_owned();
        let found = all.iter().copied().find(|word| named(*word) == text);
        if found.is_none() {
            let names: Vec<&str> = all.iter().map(|word| named(*word)).collect();
            let message = format!("there is no {what} `{text}`: it is {}", list(&names, " or "));
            self.unknown_text(value.span(), message, &text, names);
        }
        found
    }

    fn rules(&mut self, table: &DeTable<'_>, rules: &mut Rules) {
        self.known_keys(table, "`[rules]`", &["rules"]);
        if let Some(packages) = table.get("packages") {
            match packages.get_ref().as_array() {
                Some(array) => {
                    let mut found = Vec::new();
                    for item in array {
                        if let Some(text) = self.string(item, "packages") {
                            found.push((text.to_owned(), range(item.span())));
                        }
                    }
                    rules.packages = Some(found);
                }
                None => self.wrong_type(packages, "packages", "a list of modules"),
            }
        }
        if let Some(severity) = table.get("severity") {
            rules.severity =
                self.word(severity, "severity", "severity", &RuleSeverity::ALL, RuleSeverity::name);
        }
        for (name, level) in entries(self.table(table.get("levels"), "levels")) {
            if let Some(read) = self.level(name, level) {
                rules.levels.insert(name.get_ref().to_string(), (read, range(name.span())));
            }
        }
    }

    fn format(&mut self, format: &Value<'_>) -> Option<TemplateFormat> {
        self.word(format, "format", "format", &TemplateFormat::ALL, TemplateFormat::name)
    }

    /// Reports keys that the table at a path of the manifest does not have. `place` is what the table is, in words.
    fn known_keys(&mut self, table: &DeTable<'_>, place: &str, path: &[&str]) {
        let known: Vec<&str> = MANIFEST_KEYS.at(path).into_iter().flat_map(ManifestTable::names).collect();
        for key in table.keys().filter(|key| !known.contains(&key.get_ref().as_ref())) {
            let message = format!("{place} has no `{}`", key.get_ref());
            let note = format!("it has {}", list(&known, ", "));
            self.unknown(key.span(), message, key.get_ref(), known.iter().copied()).notes.push(note);
        }
    }

    /// Reports a name that does not exist, with the nearest that does.
    fn unknown<'n>(
        &mut self,
        at: std::ops::Range<usize>,
        message: String,
        name: &str,
        candidates: impl IntoIterator<Item = &'n str>,
    ) -> &mut Diagnostic {
        let near = did_you_mean(name, candidates).map(str::to_owned);
        self.suggest(at, message, near.as_deref(), near.clone())
    }

    /// As [`Self::unknown`], for a text between quotes.
    fn unknown_text<'n>(
        &mut self,
        at: std::ops::Range<usize>,
        message: String,
        text: &str,
        candidates: impl IntoIterator<Item = &'n str>,
    ) {
        let near = did_you_mean(text, candidates);
        self.suggest(at, message, near, near.map(|near| format!("\"{near}\"")));
    }

    fn suggest(
        &mut self,
        at: std::ops::Range<usize>,
        message: String,
        near: Option<&str>,
        replacement: Option<String>,
    ) -> &mut Diagnostic {
        let span = Span { file: self.file, range: range(at) };
        let mut found = Diagnostic::new(Code::InvalidManifest, span, message);
        if let (Some(near), Some(replacement)) = (near, replacement) {
            let title = format!("did you mean `{near}`?");
            found = found.fix(title, span, replacement, Applicability::MaybeIncorrect);
        }
        self.push(found)
    }

    fn table<'v, 'i>(&mut self, value: Option<&'v Value<'i>>, name: &str) -> Option<&'v DeTable<'i>> {
        let value = value?;
        let table = value.get_ref().as_table();
        if table.is_none() {
            self.wrong_type(value, name, "a table");
        }
        table
    }

    fn string<'v>(&mut self, value: &'v Value<'_>, name: &str) -> Option<&'v str> {
        let text = value.get_ref().as_str();
        if text.is_none() {
            self.wrong_type(value, name, "a text");
        }
        text
    }

    fn wrong_type(&mut self, value: &Value<'_>, name: &str, expected: &str) {
        let found = value.get_ref().type_str();
        self.report(value.span(), format!("`{name}` is {expected}, not {} {found}", article(found)));
    }

    fn report(&mut self, at: std::ops::Range<usize>, message: impl Into<String>) -> &mut Diagnostic {
        let end = at.end.min(self.text.len());
        let span = Span { file: self.file, range: range(at.start..end) };
        self.push(Diagnostic::new(Code::InvalidManifest, span, message))
    }

    fn push(&mut self, found: Diagnostic) -> &mut Diagnostic {
        self.diagnostics.push(found);
        let last = self.diagnostics.len() - 1;
        &mut self.diagnostics[last]
    }
}

fn entries<'v, 'i>(
    table: Option<&'v DeTable<'i>>,
) -> impl Iterator<Item = (&'v Spanned<toml::de::DeString<'i>>, &'v Value<'i>)> {
    table.into_iter().flat_map(DeTable::iter)
}

fn range(range: std::ops::Range<usize>) -> TextRange {
    TextRange::new(range.start as u32, range.end as u32)
}

fn article(noun: &str) -> &'static str {
    if noun.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" }
}

/// The names, with `last` before the last.
fn list(names: &[&str], last: &str) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match names.as_slice() {
        [rest @ .., end] if !rest.is_empty() => format!("{}{last}{end}", rest.join(", ")),
        names => names.join(", "),
    }
}

/// Whether `text` can name a package: `a-z`, then `a-z`, `0-9` and single hyphens.
pub fn is_kebab_case(text: &str) -> bool {
    let part =
        |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    text.len() <= 64 && text.starts_with(|c: char| c.is_ascii_lowercase()) && text.split('-').all(part)
}

/// Whether `text` is a semantic version: three numbers, then what may follow `-` and `+`.
fn is_version(text: &str) -> bool {
    let word = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let number = |text: &str| {
        !text.is_empty()
            && text.bytes().all(|b| b.is_ascii_digit())
            && (text == "0" || !text.starts_with('0'))
    };
    let (rest, build) = text.split_once('+').map_or((text, None), |(rest, build)| (rest, Some(build)));
    let (core, pre) = rest.split_once('-').map_or((rest, None), |(core, pre)| (core, Some(pre)));
    core.split('.').count() == 3
        && core.split('.').all(number)
        && pre.is_none_or(|pre| pre.split('.').all(word))
        && build.is_none_or(|build| build.split('.').all(word))
}

#[cfg(test)]
mod tests;
