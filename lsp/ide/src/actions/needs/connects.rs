//! A connection that nothing declares: the rule for a range of addresses becomes one for the security group of who connects,
//! which is written where that is.
//!
//! Whether the range was there for others too, nobody can know: it is a proposal.

use ci_base::{Diagnostic, TextRange};
use ci_project::Snapshot;
use ci_sema::Db;
use ci_sema::ty::Ty;
use ci_syntax::ast::{Entry, Expr, ExprId, Member};

use super::{after_last, free, has_member, passed, service_at, takes};
use crate::TextEdit;
use crate::place::Body;
use crate::shape::snake;
use crate::symbol::{member_name, members};

const GROUP: &str = "AWS::EC2::SecurityGroup";

/// The properties in which resources name their security groups.
const GROUPS: [&str; 3] = ["SecurityGroupIds", "VpcSecurityGroupIds", "SecurityGroups"];

/// Takes the rule of a range out of the owner's group and adds one for the group of who connects. Nothing where one of the two
/// groups is inside of a component, or the rule says what only its own service knows.
pub(super) fn connected(
    db: &dyn Db,
    snapshot: &Snapshot,
    finding: &Diagnostic,
) -> Option<(String, Vec<TextEdit>)> {
    let (owner, inside) = service_at(db, snapshot, finding.primary.at)?;
    let (consumer, from) = service_at(db, snapshot, finding.secondary.first()?.at)?;
    if owner == consumer || owner.file(db).package(db) != consumer.file(db).package(db) {
        return None;
    }
    let (owning, needing) = (Body::of(db, owner), Body::of(db, consumer));
    let (at, _) = member_at(&owning, inside)?;
    let group = group_name(&owning, at)?;
    let rule = Rule::at(&owning, inside)?;
    let (own, shown) = own_group(&needing, member_at(&needing, from)?.1)?;

    let mut edits = vec![rule.removed(&owning)?];
    let field = free("group", |name| takes(db, snapshot, owner, name));
    let given = format!("{group}.GroupId");
    let need =
        passed(snapshot, &owning, &needing, (&field, "Id<aws::ec2::SecurityGroup>", &given), &mut edits)?;
    let name = free(&format!("to_{}", snake(owner.name(db).as_ref())), |name| has_member(&needing, name));
    let about = [String::new()].into_iter().chain(rule.about).collect::<Vec<String>>().join(", ");
    let text = format!(
        "let {name} = aws::ec2::SecurityGroupIngress {{ GroupId: {need}.{field}, SourceSecurityGroupId: {own}{about} }};"
    );
    edits.push(after_last(snapshot, &needing, &text)?);
    let title =
        format!("Let `{}` take the group `{shown}` of `{}` instead", owner.name(db), consumer.name(db));
    Some((title, edits))
}

/// The member at an offset, and its number.
fn member_at<'db>(body: &Body<'db>, offset: u32) -> Option<(usize, &'db Member)> {
    members(&body.tree.item).iter().enumerate().find(|(_, member)| member.range.touches(offset))
}

/// The name of a member that is a security group.
fn group_name<'db>(body: &Body<'db>, at: usize) -> Option<&'db str> {
    let is_group =
        matches!(body.inference.members.get(at)?.widened(), Ty::Resource(of) if of.0.name() == GROUP);
    is_group
        .then(|| member_name(&members(&body.tree.item)[at]))
        .flatten()
        .map(|name| name.of(body.source.text()))
}

/// A rule in the list of a security group.
struct Rule {
    /// The list, and how many it has.
    list: ExprId,
    count: usize,
    id: ExprId,
    /// What is let in, as it is written: `IpProtocol: "tcp"`.
    about: Vec<String>,
}

impl Rule {
    fn at(body: &Body<'_>, offset: u32) -> Option<Self> {
        let touched = body.exprs_near(offset).filter(|(_, node)| node.range.touches(offset));
        let lists: Vec<(ExprId, &[ci_syntax::ast::ListItem])> = touched
            .filter_map(|(id, node)| match &node.expr {
                Expr::List(items) => Some((id, &**items)),
                _ => None,
            })
            .collect();
        let (list, items) = lists.into_iter().next()?;
        let item = items.iter().find(|item| body.tree.range(item.value).touches(offset) && !item.spread)?;
        let Expr::Record { entries, path: None } = &body.tree[item.value] else { return None };
        let mut about = Vec::new();
        for entry in entries {
            let Entry::Field { name, quoted, value, .. } = *entry else { return None };
            let text = body.source.entry_name(name, quoted);
            if !matches!(&*text, "IpProtocol" | "FromPort" | "ToPort") {
                continue;
            }
            // What a name means in one service it does not in the other.
            if !matches!(body.tree[value], Expr::String | Expr::Int(_)) {
                return None;
            }
            about.push(format!("{text}: {}", body.tree.range(value).of(body.source.text())));
        }
        Some(Self { list, count: items.len(), id: item.value, about })
    }

    /// The list without the rule, with the comma and the line that it had to itself.
    fn removed(&self, body: &Body<'_>) -> Option<TextEdit> {
        let text = body.source.text();
        if self.count == 1 {
            return Some(TextEdit { at: body.span(body.tree.range(self.list)), text: "[]".to_owned() });
        }
        let mut range = body.tree.range(self.id);
        let behind = text.get(range.end as usize..)?;
        let blanks = |text: &str| text.len() - text.trim_start_matches([' ', '\t']).len();
        let comma = behind.trim_start().starts_with(',').then(|| behind.find(',')).flatten();
        match comma {
            Some(comma) => {
                range.end += comma as u32 + 1;
                let rest = text.get(range.end as usize..)?;
                range.end += blanks(rest) as u32;
                let rest = text.get(range.end as usize..)?;
                let before = text.get(..range.start as usize)?;
                let indent = before.len() - before.trim_end_matches([' ', '\t']).len();
                let starts_line = before.trim_end_matches([' ', '\t']).ends_with('\n');
                if rest.starts_with('\n') && starts_line {
                    range = TextRange::new(range.start - indent as u32, range.end + 1);
                }
            }
            // The last one, without a comma of its own, takes the one before it along.
            None => {
                let before = text.get(..range.start as usize)?;
                range.start = before.trim_end().strip_suffix(',')?.len() as u32;
            }
        }
        Some(TextEdit { at: body.span(range), text: String::new() })
    }
}

/// The first group of a resource that is a member of its service: as it is written, and its name.
fn own_group<'db>(body: &Body<'db>, member: &Member) -> Option<(&'db str, &'db str)> {
    let text = body.source.text();
    let inside = body
        .exprs()
        .filter(|(_, node)| member.range.start <= node.range.start && node.range.end <= member.range.end);
    let lists = inside.flat_map(|(_, node)| match &node.expr {
        Expr::Record { entries, .. } => &**entries,
        _ => &[],
    });
    let lists = lists.filter_map(|entry| match *entry {
        Entry::Field { name, quoted, value, .. }
            if GROUPS.contains(&&*body.source.entry_name(name, quoted)) =>
        {
            Some(value)
        }
        _ => None,
    });
    let groups = lists.filter_map(|list| match &body.tree[list] {
        Expr::List(items) => Some(items.iter().map(|item| item.value)),
        _ => None,
    });
    let mut named = groups.flatten().filter_map(|group| {
        let Expr::Field { base, .. } = body.tree[group] else { return None };
        let name = body.tree.range(base).of(text);
        let at = members(&body.tree.item)
            .iter()
            .position(|member| member_name(member).is_some_and(|range| range.of(text) == name))?;
        group_name(body, at).map(|name| (body.tree.range(group).of(text), name))
    });
    named.next()
}
