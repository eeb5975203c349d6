//! Rules: which there are, which apply, and to what.
//!
//! Most programs have few of the resource types that packages of rules are about. So a rule is known by its head alone, read
//! from its tokens, and found by the type it is for; nothing of it is parsed or typed before there is such a resource.
//!
//! Must not know: how a rule is evaluated.

use std::collections::BTreeMap;
use std::sync::Arc;

use ci_base::Severity;
use ci_syntax::{ItemSource, TokenKind};
use rustc_hash::FxHashMap;

use crate::item::{ItemKind, item_source, items};
use crate::name::{Def, modules, resolve};
use crate::ty::resource_path;
use crate::{Db, ItemId, Package, Program, SourceFile};

/// How bad it is to break a rule.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the words are those that security standards use")]
pub enum RuleSeverity {
    Low,
    Medium,
    #[default]
    High,
    Critical,
}

impl RuleSeverity {
    /// All of them, the least first.
    pub const ALL: [Self; 4] = [Self::Low, Self::Medium, Self::High, Self::Critical];

    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// The severity of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|severity| severity.name() == name)
    }

    /// What a finding is where nothing says otherwise.
    pub const fn finding(self) -> Severity {
        match self {
            Self::Low | Self::Medium => Severity::Warning,
            Self::High | Self::Critical => Severity::Error,
        }
    }
}

/// Which rules apply beside those of the root package, and what becomes of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleSettings {
    /// Modules whose rules apply, and those of the modules inside of them.
    pub modules: Vec<(Package, Arc<str>)>,
    /// The least severity of theirs that applies.
    pub least: RuleSeverity,
    /// What is said of rules by name, of whatever package: a severity, or nothing to leave it out.
    pub levels: BTreeMap<Arc<str>, Option<Severity>>,
}

/// A rule that applies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActiveRule {
    /// The rule.
    pub item: ItemId,
    /// How bad it is to break it.
    pub severity: RuleSeverity,
    /// What a finding of it is.
    pub finding: Severity,
}

/// What the head of a rule says.
#[derive(Debug, Default, PartialEq, Eq)]
struct Head<'a> {
    severity: Option<RuleSeverity>,
    /// The path of the type it is for.
    subject: Vec<&'a str>,
}

/// The rules of a file, by name.
pub fn rules_of(db: &dyn Db, file: SourceFile) -> impl Iterator<Item = ItemId> + '_ {
    items(db, file).iter().copied().filter(|item| item.kind(db) == ItemKind::Rule)
}

/// A resource type, by CloudFormation's name of it.
#[salsa::interned(unsafe(no_lifetime), revisions = usize::MAX, debug)]
pub struct Kind {
    /// `AWS::S3::Bucket`.
    #[returns(copy)]
    pub name: &'static str,
}

/// The rules that apply to resources of a type, in the order of their modules and texts.
#[salsa::tracked]
pub fn rules_for(db: &dyn Db, kind: Kind) -> Vec<ActiveRule> {
    let key = key_of(kind.name(db));
    let mut found = Vec::new();
    for (file, is_own) in sources(db) {
        if file.subjects(db).is_none_or(|subjects| subjects.binary_search(&&*key).is_ok()) {
            found.extend(
                heads(db, *file).get(&key).into_iter().flatten().filter_map(|rule| active(db, rule, *is_own)),
            );
        }
    }
    found
}

/// The rules of a file by the type they are for, each with the severity that it says.
#[salsa::tracked]
fn heads(db: &dyn Db, file: SourceFile) -> FxHashMap<Box<str>, Vec<(ItemId, RuleSeverity)>> {
    let mut found: FxHashMap<Box<str>, Vec<(ItemId, RuleSeverity)>> = FxHashMap::default();
    for item in rules_of(db, file) {
        let head = head(item_source(db, item));
        if let Some(key) = subject_key(db, file, &head.subject) {
            found.entry(key).or_default().push((item, head.severity.unwrap_or_default()));
        }
    }
    found
}

/// The rule, if the settings let it apply.
fn active(db: &dyn Db, (item, severity): &(ItemId, RuleSeverity), is_own: bool) -> Option<ActiveRule> {
    let settings = Program::try_get(db)?.rules(db);
    let level = settings.levels.get(&**item.name(db));
    // Saying a level of a rule asks for it.
    let applies = is_own || *severity >= settings.least || level.is_some();
    let finding = level.map_or(Some(severity.finding()), |level| *level);
    finding.filter(|_| applies).map(|finding| ActiveRule { item: *item, severity: *severity, finding })
}

/// Whether a rule of this name applies to anything.
pub fn is_active(db: &dyn Db, name: &str) -> bool {
    sources(db).iter().any(|(file, is_own)| {
        let named = rules_of(db, *file).filter(|item| &**item.name(db) == name);
        let mut heads = named.map(|item| (item, head(item_source(db, item)).severity.unwrap_or_default()));
        heads.any(|rule| active(db, &rule, *is_own).is_some())
    })
}

/// The files whose rules can apply, and whether they are the root package's own. A file that is known to have none is not
/// among them.
#[salsa::tracked]
fn sources(db: &dyn Db) -> Vec<(SourceFile, bool)> {
    let Some(program) = Program::try_get(db) else { return Vec::new() };
    let root = program.root(db);
    let mut found: Vec<(SourceFile, bool)> =
        modules(db, root).iter().map(|(_, file)| (*file, true)).collect();
    for (package, prefix) in &program.rules(db).modules {
        let inside = |module: &str| {
            module
                .strip_prefix(&**prefix)
                .is_some_and(|rest| prefix.is_empty() || rest.is_empty() || rest.starts_with("::"))
        };
        let own = modules(db, *package).iter().filter(|(module, _)| *package != root && inside(module));
        found.extend(own.map(|(_, file)| (*file, false)));
    }
    found.retain(|(file, _)| file.subjects(db).is_none_or(|subjects| !subjects.is_empty()));
    found
}

/// All rules that could apply, in the order of their modules.
pub fn rules(db: &dyn Db) -> impl Iterator<Item = ItemId> + '_ {
    sources(db).iter().flat_map(|(file, _)| rules_of(db, *file))
}

/// The names of all rules that could apply, sorted.
#[salsa::tracked]
pub fn rule_names(db: &dyn Db) -> Vec<Arc<str>> {
    let mut names: Vec<Arc<str>> = rules(db).map(|item| Arc::clone(item.name(db))).collect();
    names.sort();
    names.dedup();
    names
}

/// A resource type as rules are found by it: its path in small letters, `aws::s3::bucket`.
fn key_of(resource_type: &str) -> Box<str> {
    resource_type.to_ascii_lowercase().into()
}

/// The same of the type that a rule names. A type of AWS is its path; another name is looked up.
fn subject_key(db: &dyn Db, file: SourceFile, path: &[&str]) -> Option<Box<str>> {
    match path {
        [] => None,
        ["aws", _, _] => Some(key_of(&path.join("::"))),
        _ => match resolve(db, file, path).ok()? {
            Def::Resource(resource) => Some(key_of(&resource_path(resource.0.name()))),
            _ => None,
        },
    }
}

/// Reads the head of a rule from its tokens: `#[severity(…)]` and what stands after `for`.
fn head(source: &ItemSource) -> Head<'_> {
    let mut head = Head::default();
    let tokens = source.tokens();
    let mut words = (0..tokens.len()).filter(|at| !tokens[*at].kind.is_trivia());
    let text = |at: usize| source.token_range(at).of(source.text());
    while let Some(at) = words.next() {
        match tokens[at].kind {
            TokenKind::Ident if text(at) == "severity" => {
                let argument = words.nth(1);
                head.severity = argument.and_then(|at| RuleSeverity::named(text(at)));
            }
            TokenKind::For => {
                // The name and the colon.
                let path = words.skip(2).take_while(|at| tokens[*at].kind != TokenKind::LBrace);
                head.subject =
                    path.filter(|at| tokens[*at].kind != TokenKind::ColonColon).map(text).collect();
                return head;
            }
            TokenKind::LBrace => return head,
            _ => {}
        }
    }
    head
}

/// The types that the rules of a file are for: `aws::s3::bucket`, each once.
pub fn subjects(db: &dyn Db, file: SourceFile) -> Vec<&str> {
    heads(db, file).keys().map(|key| &**key).collect()
}
