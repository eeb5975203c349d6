//! Which sort of thing fits at a cursor, by what stands before it.

use ci_base::TextRange;
use ci_sema::ty::Ty;
use ci_syntax::ast::{Entry, Expr, ExprId, Item};
use ci_syntax::{ItemKind, TokenKind};

use super::is_word;
use crate::expected::{argument_type, element, entry_type, expected};
use crate::place::At;

/// Which sort of thing fits.
pub(super) enum Context<'db> {
    /// Nothing that could be proposed.
    Nothing,
    /// An item, at the top of a file.
    Item,
    /// A member of a unit, test or rule.
    Member,
    /// The name of an attribute: after `#[`.
    Marker,
    /// The name of a finding or rule: in `#[allow(…)]`.
    Allowed,
    /// A part of a value: after a dot.
    Read { base: ExprId, optional: bool },
    /// A name in a module or service: after `::`.
    Path { segments: Vec<&'db str>, in_import: bool },
    /// The first segment of an import.
    Import,
    /// A type.
    Type,
    /// The name of an entry of a record.
    Entry { record: ExprId },
    /// A text: what is between its quotes, in the file.
    Text { range: TextRange, expected: Option<Ty>, path: Option<ExprId> },
    /// IAM actions: after `allow` and `deny`.
    Actions,
    /// A value.
    Value { expected: Option<Ty> },
}

/// Which sort of thing fits at a cursor in an item.
pub(super) fn context<'db>(place: &At<'db>) -> Context<'db> {
    let Some(current) = place.token_before() else { return Context::Item };
    let kind = place.kind(current);
    let range = place.token_range(current);
    let is_inside = place.offset < range.end;
    match kind {
        TokenKind::LineComment | TokenKind::DocComment | TokenKind::ModuleDoc => return Context::Nothing,
        TokenKind::BlockComment if is_inside => return Context::Nothing,
        TokenKind::String | TokenKind::RawString if is_inside => return text(place, range),
        TokenKind::UnterminatedString => return text(place, range),
        TokenKind::StringHead | TokenKind::StringMiddle | TokenKind::StringTail if is_inside => {
            return Context::Nothing;
        }
        TokenKind::UnterminatedTail => return Context::Nothing,
        _ => {}
    }
    let is_typed = is_word(kind) && place.offset <= range.end;
    let word = is_typed.then_some(current);
    let before = if is_typed || kind.is_trivia() {
        place.significant_before(current)
    } else if is_inside {
        return Context::Nothing;
    } else {
        Some(current)
    };
    let Some(before) = before else { return Context::Item };
    after(place, before, word)
}

fn after<'db>(place: &At<'db>, before: usize, word: Option<usize>) -> Context<'db> {
    let in_import = place.body.item.kind(place.body.db) == ItemKind::Use;
    let two_before = place.significant_before(before);
    let kind_before = two_before.map(|at| place.kind(at));
    match place.kind(before) {
        TokenKind::Dot | TokenKind::QuestionDot => read(place, before),
        TokenKind::ColonColon => match segments(place, before) {
            Some(segments) => Context::Path { segments, in_import },
            None => Context::Nothing,
        },
        TokenKind::Use => Context::Import,
        TokenKind::LBracket if kind_before == Some(TokenKind::Hash) => Context::Marker,
        TokenKind::LParen | TokenKind::Comma if is_in_allow(place, before) => Context::Allowed,
        TokenKind::Allow | TokenKind::Deny => match kind_before {
            // `#[allow`
            Some(TokenKind::LBracket) if is_marker(place, two_before) => Context::Nothing,
            _ => Context::Actions,
        },
        TokenKind::LBrace | TokenKind::Comma => match group(place, before) {
            Some(segments) if segments.is_empty() => Context::Import,
            Some(segments) => Context::Path { segments, in_import },
            None if in_import => Context::Nothing,
            None => opened(place, before, word),
        },
        TokenKind::Arrow => Context::Type,
        TokenKind::Less if two_before.is_some_and(|at| place.text(at).starts_with(char::is_uppercase)) => {
            Context::Type
        }
        TokenKind::Colon => of_colon(place, before, word),
        _ if in_import => Context::Nothing,
        TokenKind::Semicolon | TokenKind::RBrace | TokenKind::RBracket
            if place.body.container_at(place.offset).is_none() =>
        {
            match place.body.tree.item {
                Item::Unit { .. } | Item::Test { .. } | Item::Rule { .. } => Context::Member,
                _ => Context::Nothing,
            }
        }
        kind if ends_operand(kind) => Context::Nothing,
        TokenKind::Let | TokenKind::As | TokenKind::For => Context::Nothing,
        kind if kind.is_item_keyword() || kind.is_member_keyword() => match kind {
            TokenKind::Assert | TokenKind::Require => Context::Value { expected: Some(Ty::Bool) },
            _ => Context::Nothing,
        },
        _ => value(place, before, word),
    }
}

/// Whether a bracket opens an attribute.
fn is_marker(place: &At<'_>, bracket: Option<usize>) -> bool {
    let hash = bracket.and_then(|bracket| place.significant_before(bracket));
    hash.is_some_and(|hash| place.kind(hash) == TokenKind::Hash)
}

/// Whether a token may be the last of an expression, after which none begins.
fn ends_operand(kind: TokenKind) -> bool {
    matches!(
        kind,
        TokenKind::Ident
            | TokenKind::RBrace
            | TokenKind::RParen
            | TokenKind::RBracket
            | TokenKind::Int
            | TokenKind::Float
            | TokenKind::Quantity
            | TokenKind::String
            | TokenKind::RawString
            | TokenKind::StringTail
            | TokenKind::True
            | TokenKind::False
            | TokenKind::None
    )
}

fn text<'db>(place: &At<'db>, range: TextRange) -> Context<'db> {
    let body = &place.body;
    let written = range.of(body.source.text());
    // What is typed into a text that nothing ends yet goes to the cursor.
    let open = written.find('"').map_or(0, |at| at as u32 + 1);
    let is_closed = written.len() > open as usize && written.ends_with('"');
    let end = if is_closed { range.end - 1 } else { place.offset };
    let start = range.start + open;
    if place.offset < start || place.offset > end {
        return Context::Nothing;
    }
    let base = ci_sema::item::item_range(body.db, body.item).start;
    let found = body.exprs().find(|(_, node)| node.expr == Expr::String && node.range.start == range.start);
    let id = found.map(|(id, _)| id);
    // The name of an entry is no text.
    if id.is_none() && is_closed {
        return Context::Nothing;
    }
    let wanted = id.and_then(|id| expected(body, id));
    let path = id.and_then(|id| {
        body.exprs()
            .find(|(_, node)| matches!(&node.expr, Expr::Call { arguments, .. } if arguments.contains(&id)))
            .map(|(call, _)| call)
    });
    Context::Text { range: TextRange::new(start, end).shifted(base), expected: wanted, path }
}

fn read<'db>(place: &At<'db>, dot: usize) -> Context<'db> {
    let body = &place.body;
    let (start, end) = (place.token_range(dot).start, place.token_range(dot).end);
    let candidates = body.exprs().filter_map(|(_, node)| match &node.expr {
        Expr::Field { base, name, .. } => Some((*base, *name)),
        Expr::MethodCall { receiver, name, .. } => Some((*receiver, *name)),
        _ => None,
    });
    let fitting =
        candidates.filter(|(base, name)| body.tree.range(*base).end <= start && name.0.start >= end);
    let nearest = fitting.min_by_key(|(base, name)| (name.0.start - end, start - body.tree.range(*base).end));
    match nearest {
        Some((base, _)) => Context::Read { base, optional: place.kind(dot) == TokenKind::QuestionDot },
        None => Context::Nothing,
    }
}

/// The segments before `::`.
fn segments<'db>(place: &At<'db>, colons: usize) -> Option<Vec<&'db str>> {
    let mut found = Vec::new();
    let mut at = colons;
    loop {
        let name = place.significant_before(at).filter(|at| is_word(place.kind(*at)))?;
        found.push(place.text(name));
        match place.significant_before(name) {
            Some(before) if place.kind(before) == TokenKind::ColonColon => at = before,
            // `use a::{b::`
            Some(before) if matches!(place.kind(before), TokenKind::LBrace | TokenKind::Comma) => {
                if let Some(outer) = group(place, before) {
                    found.extend(outer.into_iter().rev());
                }
                break;
            }
            _ => break,
        }
    }
    found.reverse();
    Some(found)
}

/// The segments before the `{` of a group that the cursor is in: `a::b::{c, …`.
fn group<'db>(place: &At<'db>, from: usize) -> Option<Vec<&'db str>> {
    let mut at = from;
    let mut depth = 0_u32;
    loop {
        match place.kind(at) {
            TokenKind::LBrace if depth == 0 => break,
            TokenKind::LBrace => depth -= 1,
            TokenKind::RBrace => depth += 1,
            TokenKind::Comma | TokenKind::ColonColon | TokenKind::As => {}
            kind if is_word(kind) && !kind.is_item_keyword() => {}
            _ => return None,
        }
        at = place.significant_before(at)?;
    }
    let before = place.significant_before(at)?;
    match place.kind(before) {
        TokenKind::ColonColon => segments(place, before),
        TokenKind::Use => Some(Vec::new()),
        _ => None,
    }
}

fn is_in_allow(place: &At<'_>, from: usize) -> bool {
    let mut at = from;
    loop {
        match place.kind(at) {
            TokenKind::LParen => {
                let word = place.significant_before(at);
                let bracket = word.and_then(|word| place.significant_before(word));
                return word.is_some_and(|word| place.kind(word) == TokenKind::Allow)
                    && bracket.is_some_and(|bracket| place.kind(bracket) == TokenKind::LBracket);
            }
            TokenKind::Comma | TokenKind::Ident => {}
            _ => return false,
        }
        match place.significant_before(at) {
            Some(before) => at = before,
            None => return false,
        }
    }
}

/// After `{` or `,`.
fn opened<'db>(place: &At<'db>, before: usize, word: Option<usize>) -> Context<'db> {
    let body = &place.body;
    let container = body.container_at(place.offset.max(place.token_range(before).end));
    let Some(container) = container else {
        return match body.tree.item {
            Item::Unit { .. } | Item::Test { .. } | Item::Rule { .. }
                if place.kind(before) == TokenKind::LBrace =>
            {
                Context::Member
            }
            _ => Context::Nothing,
        };
    };
    match &body.tree[container] {
        Expr::Record { .. } => Context::Entry { record: container },
        Expr::Match { subject, .. } => {
            Context::Value { expected: Some(body.ty(*subject).unwrapped().0.clone()) }
        }
        _ => value(place, before, word),
    }
}

fn of_colon<'db>(place: &At<'db>, colon: usize, word: Option<usize>) -> Context<'db> {
    let body = &place.body;
    let named = place.significant_before(colon).map(|at| place.token_range(at));
    for (id, node) in body.exprs() {
        let Expr::Record { entries, .. } = &node.expr else { continue };
        for entry in entries {
            if let Entry::Field { name, quoted, .. } = *entry
                && Some(name.0) == named
            {
                let text = body.source.entry_name(name, quoted);
                return Context::Value { expected: entry_type(body, id, &text) };
            }
        }
    }
    if body.container_at(place.offset).is_some() {
        return value(place, colon, word);
    }
    Context::Type
}

/// A value, and what is expected of it.
fn value<'db>(place: &At<'db>, before: usize, word: Option<usize>) -> Context<'db> {
    let body = &place.body;
    let end = place.token_range(before).end;
    let is_here = |range: TextRange| match word {
        Some(word) => range == place.token_range(word),
        None => range.start >= end && range.start <= place.offset.max(end),
    };
    let found = body.exprs().find(|(_, node)| match &node.expr {
        Expr::Path(_) => word.is_some() && is_here(node.range),
        Expr::Missing => word.is_none() && is_here(node.range),
        _ => false,
    });
    if let Some((id, _)) = found {
        return Context::Value { expected: expected(body, id) };
    }
    let wanted = match place.kind(before) {
        TokenKind::On => Some(Ty::Arn.list()),
        TokenKind::To => Some(Ty::Principal),
        TokenKind::If | TokenKind::Bang | TokenKind::AndAnd | TokenKind::OrOr => Some(Ty::Bool),
        _ => within(place),
    };
    Context::Value { expected: wanted }
}

/// What is expected in the brackets around the cursor.
fn within(place: &At<'_>) -> Option<Ty> {
    let body = &place.body;
    let container = body.container_at(place.offset)?;
    match &body.tree[container] {
        Expr::List(_) => element(&expected(body, container)?),
        Expr::Call { arguments, .. } => {
            let before = arguments.iter().filter(|argument| body.tree.range(**argument).end < place.offset);
            argument_type(body, container, before.count())
        }
        Expr::Block { .. } => expected(body, container),
        _ => None,
    }
}
