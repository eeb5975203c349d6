//! What commands of an editor show: templates, who may do what, tests.

use std::fmt::Write as _;

use ci_base::{Diagnostic, Severity, Span};
use ci_project::{AccessQuestion, HolderAccess, ServiceTemplate, Snapshot, StatementAccess, TargetAccess};
use ci_syntax::ItemKind;

use crate::Cursor;
use crate::hints::shown;
use crate::place::{At, at};
use crate::symbol::{Symbol, member_name, members};

/// The templates of a service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Templates {
    /// The name of the service; nothing where the cursor is in none.
    pub service: Option<String>,
    /// The member of it that the cursor is in.
    pub member: Option<String>,
    /// Why there is nothing to show.
    pub problem: Option<String>,
    /// One for each stack that it becomes.
    pub stacks: Vec<ServiceTemplate>,
}

/// The templates of the service at a cursor.
pub fn templates(snapshot: &Snapshot, cursor: Cursor) -> Templates {
    let service = snapshot.attach(|db| {
        let place = at(db, snapshot, cursor)?;
        let item = place.body.item;
        (item.kind(db) == ItemKind::Service).then(|| (item, item.name(db).to_string(), member_at(&place)))
    });
    let Some((item, name, member)) = service else {
        let problem = Some("there is no service here".to_owned());
        return Templates { problem, ..Templates::default() };
    };
    let stacks = snapshot.service_templates(item);
    let problem = stacks.is_empty().then(|| {
        format!("`{name}` has no template: it or an app that uses it has errors, or no app uses it")
    });
    Templates { service: Some(name), member, problem, stacks }
}

/// What may be done, told to a person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// What it is about.
    pub title: String,
    /// Markdown.
    pub markdown: String,
    /// Why there is nothing to tell.
    pub problem: Option<String>,
    /// Every statement of it.
    pub statements: Vec<ReportedStatement>,
}

/// A statement of a policy, with whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportedStatement {
    /// The environment.
    pub target: String,
    /// Whose policy it is in.
    pub holder: String,
    /// The stack of that.
    pub stack: String,
    /// It takes rights away.
    pub denies: bool,
    /// To whom, in the policy of a resource.
    pub principals: Vec<String>,
    /// The actions.
    pub actions: Vec<String>,
    /// On what.
    pub resources: Vec<String>,
    /// Under which conditions.
    pub conditions: Vec<String>,
    /// Where it was written.
    pub at: Span,
}

/// The name by which the thing at a cursor is asked for: `Orders.table` of a member of a service.
pub fn name_at(snapshot: &Snapshot, cursor: Cursor) -> Option<String> {
    snapshot.attach(|db| {
        let place = at(db, snapshot, cursor)?;
        let found = crate::occurrence::occurrence_at(db, place.body.item, place.offset);
        let symbol = found.map(|found| found.symbol).filter(|symbol| matches!(symbol, Symbol::Member(..)));
        let (item, name) = match symbol {
            Some(symbol @ Symbol::Member(item, _)) => (item, symbol.name(db, snapshot)?.to_owned()),
            _ => {
                // Anywhere in a member it is what that member makes.
                (place.body.item, member_at(&place)?)
            }
        };
        let is_service = item.kind(db) == ItemKind::Service;
        Some(if is_service { format!("{}.{name}", item.name(db)) } else { name })
    })
}

/// The name of the member that a cursor is in.
fn member_at(place: &At<'_>) -> Option<String> {
    let body = place.body;
    let member = members(&body.tree.item).iter().find(|member| member.range.touches(place.offset))?;
    Some(member_name(member)?.of(body.source.text()).to_owned())
}

/// Where a place can be gone to: a URL, and what to write on it.
pub type Link<'a> = &'a dyn Fn(Span) -> Option<(String, String)>;

/// Who may do what: everything, what `of` may do, or who may use `to`. `link` leads to
/// the statements.
pub fn report(snapshot: &Snapshot, of: Option<String>, to: Option<String>, link: Link<'_>) -> Report {
    let title = match (&of, &to) {
        (_, Some(to)) => format!("Who can reach `{to}`"),
        (Some(of), None) => format!("What `{of}` may do"),
        (None, None) => "Who may do what".to_owned(),
    };
    let own = |name: &Option<String>| name.as_deref().map(own_name);
    let mut told = snapshot.access(&AccessQuestion { target: None, of: own(&of), to: own(&to) });
    if told.targets.iter().all(|target| !target.known.is_empty()) {
        // The app may call the service by another name than its own.
        let bare = |name: &Option<String>| {
            name.as_deref().map(|name| name.split_once('.').map_or(name, |(_, name)| name).to_owned())
        };
        told = snapshot.access(&AccessQuestion { target: None, of: bare(&of), to: bare(&to) });
    }
    let errors = told.diagnostics.iter().filter(|found| found.severity == Severity::Error).count();
    if errors > 0 {
        let problem = format!("nothing is said of a program with errors: there {}", are(errors));
        return Report { title, problem: Some(problem), ..Report::default() };
    }
    let mut report = Report { title: title.clone(), markdown: format!("# {title}\n"), ..Report::default() };
    let several = told.targets.len() > 1;
    for target in &told.targets {
        tell(target, several, link, &mut report);
    }
    let is_empty = report.statements.is_empty();
    if is_empty && told.targets.iter().all(|target| !target.known.is_empty()) {
        report.problem = Some("nothing of this name is in a stack".to_owned());
    } else if is_empty {
        report.markdown.push_str("\nNobody: no policy of the program says anything about it.\n");
    }
    report
}

fn are(errors: usize) -> String {
    if errors == 1 { "is one".to_owned() } else { format!("are {errors}") }
}

/// In stacks services go by another case: `orders.table`.
fn own_name(name: &str) -> String {
    match name.split_once('.') {
        Some((service, rest)) => format!("{}.{rest}", kebab(service)),
        None => name.to_owned(),
    }
}

fn kebab(name: &str) -> String {
    crate::shape::snake(name).replace('_', "-")
}

fn tell(target: &TargetAccess, several: bool, link: Link<'_>, report: &mut Report) {
    if several {
        let _ = writeln!(report.markdown, "\n## {}", plain(&target.name));
    }
    for holder in &target.holders {
        let HolderAccess { stack, path, users, statements, foreign, .. } = holder;
        let through =
            if users.is_empty() { String::new() } else { format!(" (of {})", plain(&users.join(", "))) };
        let _ = write!(report.markdown, "\n**`{path}`**{through}, stack `{stack}`\n\n");
        for arn in foreign {
            let _ = writeln!(report.markdown, "- the policy `{arn}`, which is not judged");
        }
        put(target, path, stack, statements, link, report);
    }
    for guarded in &target.guarded {
        let (path, stack) = (&guarded.path, &guarded.stack);
        let _ = write!(report.markdown, "\n**the policy of `{path}`**, stack `{stack}`\n\n");
        put(target, path, stack, &guarded.statements, link, report);
    }
    if !target.keys.is_empty() {
        let _ =
            writeln!(report.markdown, "\nIts content is encrypted with {}.", plain(&target.keys.join(", ")));
    }
}

fn put(
    target: &TargetAccess,
    holder: &str,
    stack: &str,
    statements: &[StatementAccess],
    link: Link<'_>,
    report: &mut Report,
) {
    for statement in statements {
        let to = if statement.principals.is_empty() {
            String::new()
        } else {
            format!(" to {}", statement.principals.join(", "))
        };
        let at = link(statement.at)
            .map_or_else(String::new, |(url, text)| format!(" ([{}](<{url}>))", plain(&text)));
        let _ = writeln!(report.markdown, "- {}{at}", plain(&format!("{}{to}", shown(statement))));
        for condition in &statement.conditions {
            let _ = writeln!(report.markdown, "  - when {}", plain(condition));
        }
        report.statements.push(ReportedStatement {
            target: target.name.clone(),
            holder: holder.to_owned(),
            stack: stack.to_owned(),
            denies: statement.denies,
            principals: statement.principals.clone(),
            actions: statement.actions.clone(),
            resources: statement.resources.clone(),
            conditions: statement.conditions.clone(),
            at: statement.at,
        });
    }
}

/// Text that means itself in Markdown: nothing in it is emphasis, a link or a tag.
fn plain(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        if matches!(letter, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '~' | '#' | '$' | '&') {
            escaped.push('\\');
        }
        escaped.push(if letter == '\n' { ' ' } else { letter });
    }
    escaped
}

/// What came of a test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tested {
    /// All that it says is so.
    Passed,
    /// What is not.
    Failed(Vec<Diagnostic>),
    /// Why it was not run.
    NotRun(String),
}

/// Runs the test of a name in a file.
pub fn run_test(snapshot: &Snapshot, file: ci_base::FileId, name: &str) -> Tested {
    let tests = snapshot.tests();
    let wanted = |at: Span, known: &str| at.file == file && known.trim_matches('"') == name;
    let Some(test) = tests.iter().find(|test| wanted(test.at, &test.name)) else {
        return Tested::NotRun(format!("there is no test `{name}` in this file"));
    };
    let errors = snapshot.check().iter().filter(|found| found.severity == Severity::Error).count();
    if errors > 0 {
        return Tested::NotRun(format!("a program with errors is not tested: there {}", are(errors)));
    }
    let found = snapshot.run_test(test);
    if found.is_empty() { Tested::Passed } else { Tested::Failed(found) }
}

#[cfg(test)]
mod tests;
