//! What the grammar's actions do: put nodes into the arenas, order operators, read numbers, report.
//!
//! Must not know: names and types.

use ci_base::{Code, Diagnostic, TextRange};
use lalrpop_util::{ErrorRecovery, ParseError};

use crate::ast::{
    Attribute, BinaryOperator as Op, Binding, Entry, Expr, ExprId, ExprNode, Item, ListItem, Member,
    MemberKind, Name, Path, Pattern, PatternKind, StringPart, TypeArgument, TypeExpr, TypeId, TypeNode,
    UnaryOperator, Variant,
};
use crate::balance::found;
use crate::text::Layout;
use crate::token::TokenKind;

/// How deep a tree may be, so that whoever walks it can do so by recursion.
pub(crate) const MAX_TREE_DEPTH: u16 = 500;

type Recovery = ErrorRecovery<u32, TokenKind, ()>;

/// The tree under construction.
pub(crate) struct Builder<'a> {
    pub text: &'a str,
    pub item: Option<(Vec<Attribute>, Item)>,
    pub members: Vec<Member>,
    pub variants: Vec<Variant>,
    pub exprs: Vec<ExprNode>,
    pub types: Vec<TypeNode>,
    pub errors: Vec<Diagnostic<TextRange>>,
    /// The parser's own errors, which may be consequences of others.
    pub parser_errors: Vec<Diagnostic<TextRange>>,
    expr_depths: Vec<u16>,
    type_depths: Vec<u16>,
    /// Whether it has been said that something is too deeply nested.
    too_deep: bool,
}

/// An infix operator between two operands: where it stands, which it is (`None` for a range), whether a range
/// includes its end.
type Infix = (u32, Option<Op>, bool);

/// Operands with operators between them, in source order.
pub(crate) struct Chain {
    first: (u32, ExprId, u32),
    rest: Vec<(Infix, (u32, ExprId, u32))>,
}

impl Chain {
    pub(crate) fn new(start: u32, operand: ExprId, end: u32) -> Self {
        Self { first: (start, operand, end), rest: Vec::new() }
    }

    pub(crate) fn push(&mut self, operator: Infix, start: u32, operand: ExprId, end: u32) {
        self.rest.push((operator, (start, operand, end)));
    }
}

/// How tightly an operator binds; `None` is a range.
pub(crate) const fn precedence(operator: Option<Op>) -> u8 {
    match operator {
        Some(Op::Or) => 1,
        Some(Op::And) => 2,
        Some(Op::Equal | Op::NotEqual | Op::Less | Op::LessEqual | Op::Greater | Op::GreaterEqual) => 3,
        Some(Op::Coalesce) => 4,
        None => 5,
        Some(Op::Add | Op::Subtract) => 6,
        Some(Op::Multiply | Op::Divide | Op::Remainder) => 7,
    }
}

impl<'a> Builder<'a> {
    pub(crate) fn new(text: &'a str, tokens: usize) -> Self {
        Self {
            text,
            item: None,
            members: Vec::new(),
            variants: Vec::new(),
            // More than usual, white space counted: what is not written to costs nothing, growing is a copy.
            exprs: Vec::with_capacity(tokens / 3),
            types: Vec::new(),
            errors: Vec::new(),
            parser_errors: Vec::new(),
            expr_depths: Vec::with_capacity(tokens / 3),
            type_depths: Vec::new(),
            too_deep: false,
        }
    }

    // ---- Items and members ----

    pub(crate) fn item(&mut self, attributes: Vec<Attribute>, item: Item) {
        self.item = Some((attributes, item));
    }

    pub(crate) fn take_members(&mut self) -> Box<[Member]> {
        std::mem::take(&mut self.members).into()
    }

    pub(crate) fn take_variants(&mut self) -> Box<[Variant]> {
        std::mem::take(&mut self.variants).into()
    }

    pub(crate) fn member(&mut self, start: u32, end: u32, attributes: Vec<Attribute>, kind: MemberKind) {
        self.members.push(Member { attributes: attributes.into(), range: TextRange::new(start, end), kind });
    }

    pub(crate) fn member_error(&mut self, start: u32, end: u32, recovery: Recovery) {
        let range = self.recovered(start, end, &recovery);
        self.error(recovery);
        self.members.push(Member { attributes: Box::default(), range, kind: MemberKind::Error });
    }

    pub(crate) fn variant(&mut self, attributes: Vec<Attribute>, name: Name, value: Option<ExprId>) {
        self.variants.push(Variant { attributes: attributes.into(), name, value });
    }

    // ---- Nodes ----

    pub(crate) fn expr(&mut self, start: u32, end: u32, expr: Expr) -> ExprId {
        let depth = self.depth(&expr);
        let id = ExprId(self.exprs.len() as u32);
        let range = TextRange::new(start, end);
        let (expr, depth) =
            if depth > MAX_TREE_DEPTH { (self.cut(range, Expr::Missing), 0) } else { (expr, depth) };
        self.exprs.push(ExprNode { range, expr });
        self.expr_depths.push(depth);
        id
    }

    pub(crate) fn ty(&mut self, start: u32, end: u32, ty: TypeExpr) -> TypeId {
        let depth = self.type_depth(&ty);
        let id = TypeId(self.types.len() as u32);
        let range = TextRange::new(start, end);
        let (ty, depth) =
            if depth > MAX_TREE_DEPTH { (self.cut(range, TypeExpr::Missing), 0) } else { (ty, depth) };
        self.types.push(TypeNode { range, ty });
        self.type_depths.push(depth);
        id
    }

    /// Reports, once, that the tree grows too deep, and stops its growth with `node`.
    fn cut<N>(&mut self, range: TextRange, node: N) -> N {
        if !self.too_deep {
            self.too_deep = true;
            let at = TextRange::new(range.start, range.start + 1);
            let at = if at.of(self.text).is_empty() { TextRange::empty(range.start) } else { at };
            self.errors.push(
                Diagnostic::new(Code::TooDeeplyNested, at, "this expression is too deeply nested")
                    .help("give its parts names with `let`"),
            );
        }
        node
    }

    fn of(&self, id: ExprId) -> u16 {
        self.expr_depths[id.0 as usize]
    }

    fn of_type(&self, id: TypeId) -> u16 {
        self.type_depths[id.0 as usize]
    }

    fn depth(&self, expr: &Expr) -> u16 {
        let max = |ids: &[ExprId]| ids.iter().map(|id| self.of(*id)).max().unwrap_or(0);
        let maybe = |id: &Option<ExprId>| id.map_or(0, |id| self.of(id));
        1 + match expr {
            Expr::Missing
            | Expr::None
            | Expr::Bool(_)
            | Expr::Int(_)
            | Expr::Float(_)
            | Expr::Duration(_)
            | Expr::Size(_)
            | Expr::String
            | Expr::Path(_)
            | Expr::PathGroup { .. }
            | Expr::PathGlob(_) => 0,
            Expr::Interpolation(parts) => parts
                .iter()
                .map(|part| match part {
                    StringPart::Text(_) => 0,
                    StringPart::Expr(id) => self.of(*id),
                })
                .max()
                .unwrap_or(0),
            Expr::Record { entries, .. } => entries
                .iter()
                .map(|entry| match entry {
                    Entry::Field { value, .. } | Entry::Spread(value) => self.of(*value),
                    Entry::Computed { key, value } => self.of(*key).max(self.of(*value)),
                    Entry::Error => 0,
                })
                .max()
                .unwrap_or(0),
            Expr::List(items) => {
                items.iter().map(|ListItem { value, .. }| self.of(*value)).max().unwrap_or(0)
            }
            Expr::Existing(id) | Expr::Unary { operand: id, .. } | Expr::Field { base: id, .. } => {
                self.of(*id)
            }
            Expr::Binary { left, right, .. }
            | Expr::Index { base: left, index: right }
            | Expr::Options { of: left, options: right }
            | Expr::With { base: left, overrides: right } => self.of(*left).max(self.of(*right)),
            Expr::Call { arguments, .. } => max(arguments),
            Expr::MethodCall { receiver, arguments, .. } => self.of(*receiver).max(max(arguments)),
            Expr::If { condition, then, otherwise } => max(&[*condition, *then]).max(maybe(otherwise)),
            Expr::Match { subject, arms } => {
                arms.iter().map(|arm| self.of(arm.value)).max().unwrap_or(0).max(self.of(*subject))
            }
            Expr::For { iterable, filter, key, body, .. } => {
                max(&[*iterable, *body]).max(maybe(filter)).max(maybe(key))
            }
            Expr::Block { bindings, value } => bindings
                .iter()
                .map(|Binding { ty, value, .. }| self.of(*value).max(ty.map_or(0, |ty| self.of_type(ty))))
                .max()
                .unwrap_or(0)
                .max(self.of(*value)),
            Expr::Lambda { body, .. } => self.of(*body),
            Expr::Range { start, end, .. } => maybe(start).max(maybe(end)),
            Expr::Statement { actions, resources, principals, conditions, .. } => {
                self.of(*actions).max(maybe(resources)).max(maybe(principals)).max(maybe(conditions))
            }
        }
    }

    fn type_depth(&self, ty: &TypeExpr) -> u16 {
        1 + match ty {
            TypeExpr::Missing | TypeExpr::Literal => 0,
            TypeExpr::Path { arguments, .. } => arguments
                .iter()
                .map(|argument| match argument {
                    TypeArgument::Type(ty) => self.of_type(*ty),
                    TypeArgument::Range(range) => self.of(*range),
                })
                .max()
                .unwrap_or(0),
            TypeExpr::Optional(inner) => self.of_type(*inner),
            TypeExpr::Union(members) => members.iter().map(|ty| self.of_type(*ty)).max().unwrap_or(0),
            TypeExpr::Record(fields) => fields.iter().map(|field| self.of_type(field.ty)).max().unwrap_or(0),
        }
    }

    // ---- Expressions ----

    /// Orders operands and operators into a tree.
    pub(crate) fn operation(&mut self, chain: Chain) -> ExprId {
        if chain.rest.is_empty() {
            return chain.first.1;
        }
        let mut operands = vec![chain.first];
        let mut operators: Vec<Infix> = Vec::new();
        for (operator, operand) in chain.rest {
            let level = precedence(operator.1);
            while let Some(top) = operators.last() {
                let above = precedence(top.1);
                // `a ?? b ?? c` is `a ?? (b ?? c)`: the first that is there.
                if above < level || (above == level && operator.1 == Some(Op::Coalesce)) {
                    break;
                }
                if above == level && (level == 3 || level == 5) {
                    self.chained(operator);
                }
                self.reduce(&mut operands, &mut operators);
            }
            operators.push(operator);
            operands.push(operand);
        }
        while !operators.is_empty() {
            self.reduce(&mut operands, &mut operators);
        }
        operands.first().map_or(chain.first.1, |operand| operand.1)
    }

    fn reduce(&mut self, operands: &mut Vec<(u32, ExprId, u32)>, operators: &mut Vec<Infix>) {
        // INVARIANT: there is one operand more than there are operators.
        let (Some(operator), Some(right), Some(left)) = (operators.pop(), operands.pop(), operands.pop())
        else {
            return;
        };
        let expr = match operator.1 {
            Some(operator) => Expr::Binary { operator, left: left.1, right: right.1 },
            None => Expr::Range { start: Some(left.1), end: Some(right.1), inclusive: operator.2 },
        };
        let id = self.expr(left.0, right.2, expr);
        operands.push((left.0, id, right.2));
    }

    fn chained(&mut self, operator: Infix) {
        let rest = &self.text[operator.0 as usize..];
        let length = rest.find(|c: char| !matches!(c, '=' | '!' | '<' | '>' | '.')).unwrap_or(rest.len());
        let at = TextRange::new(operator.0, operator.0 + length as u32);
        let error = if operator.1.is_some() {
            Diagnostic::new(Code::UnexpectedToken, at, "comparisons cannot be chained")
                .help("write `a < b && b < c`, or use parentheses")
        } else {
            Diagnostic::new(Code::UnexpectedToken, at, "ranges cannot be chained")
        };
        self.errors.push(error);
    }

    pub(crate) fn range(
        &mut self,
        start: u32,
        end: u32,
        first: Option<ExprId>,
        last: Option<ExprId>,
        inclusive: bool,
    ) -> ExprId {
        self.expr(start, end, Expr::Range { start: first, end: last, inclusive })
    }

    pub(crate) fn unary(&mut self, start: u32, end: u32, operator: UnaryOperator, operand: ExprId) -> ExprId {
        self.expr(start, end, Expr::Unary { operator, operand })
    }

    pub(crate) fn block(
        &mut self,
        start: u32,
        end: u32,
        (bindings, value): (Vec<Binding>, ExprId),
    ) -> ExprId {
        self.expr(start, end, Expr::Block { bindings: bindings.into(), value })
    }

    pub(crate) fn shorthand(&mut self, name: Name) -> Entry {
        let path: Path = Box::new([name]);
        let value = self.expr(name.0.start, name.0.end, Expr::Path(path));
        Entry::Field { name, quoted: false, value, shorthand: true }
    }

    /// `start` to `text` is the head of the string, `tail` to `end` its tail.
    pub(crate) fn interpolation(
        &mut self,
        start: u32,
        text: u32,
        first: ExprId,
        middles: Vec<(u32, u32, ExprId)>,
        tail: u32,
        end: u32,
    ) -> ExprId {
        let head = TextRange::new(start, text).of(self.text);
        let multi_line = head.starts_with("\"\"\"");
        let quotes = if multi_line { 3 } else { 1 };
        let closed = TextRange::new(tail, end).of(self.text).ends_with('"');
        let closing = if closed { quotes } else { 0 };
        let inner = TextRange::new(start + quotes, end.saturating_sub(closing));
        // What lies between the interpolations; the braces belong to none of it.
        let mut stretches = vec![(TextRange::new(start + quotes, text.saturating_sub(1)), Some(first))];
        for (from, to, expr) in middles {
            stretches.push((TextRange::new(from + 1, to.saturating_sub(1)), Some(expr)));
        }
        stretches.push((TextRange::new((tail + 1).min(end), end.saturating_sub(closing)), None));
        let mut parts = Vec::with_capacity(2 * stretches.len());
        let layout =
            (multi_line && inner.of(self.text).contains('\n')).then(|| Layout::new(inner.of(self.text)));
        let count = stretches.len();
        for (index, (stretch, expr)) in stretches.into_iter().enumerate() {
            match layout {
                Some(layout) => layout.pieces(
                    stretch.of(self.text),
                    stretch.start,
                    index == 0,
                    index + 1 == count,
                    |piece| parts.push(StringPart::Text(piece)),
                ),
                None if !stretch.is_empty() => parts.push(StringPart::Text(stretch)),
                None => {}
            }
            parts.extend(expr.map(StringPart::Expr));
        }
        self.expr(start, end, Expr::Interpolation(parts.into()))
    }

    // ---- Patterns ----

    #[expect(clippy::unused_self, reason = "reads like the other actions of the grammar")]
    pub(crate) fn literal_pattern(&mut self, start: u32, end: u32, literal: ExprId) -> Pattern {
        Pattern { range: TextRange::new(start, end), kind: PatternKind::Literal(literal) }
    }

    pub(crate) fn path_pattern(&mut self, start: u32, end: u32, path: Vec<Name>) -> Pattern {
        let range = TextRange::new(start, end);
        let kind =
            if range.of(self.text) == "_" { PatternKind::Wildcard } else { PatternKind::Path(path.into()) };
        Pattern { range, kind }
    }

    #[expect(clippy::unused_self, reason = "reads like the other actions of the grammar")]
    pub(crate) fn missing_pattern(&mut self, start: u32, end: u32) -> Pattern {
        Pattern { range: TextRange::new(start, end), kind: PatternKind::Error }
    }

    // ---- Numbers ----

    pub(crate) fn int(&mut self, start: u32, end: u32) -> ExprId {
        let expr = match integer(TextRange::new(start, end).of(self.text)) {
            Some(value) => Expr::Int(value),
            None => self.bad_number(
                start,
                end,
                "this number is too large",
                "numbers go up to 9223372036854775807",
            ),
        };
        self.expr(start, end, expr)
    }

    pub(crate) fn float(&mut self, start: u32, end: u32) -> ExprId {
        let written = TextRange::new(start, end).of(self.text).replace('_', "");
        // Digits, a dot and digits always are a float; one too large is infinite.
        let value = written.parse().unwrap_or(f64::INFINITY);
        if f64::is_finite(value) {
            return self.expr(start, end, Expr::Float(value));
        }
        let expr = self.bad_number(start, end, "this number is too large", "numbers go up to 1.8e308");
        self.expr(start, end, expr)
    }

    /// A number with a unit.
    pub(crate) fn quantity(&mut self, start: u32, end: u32) -> ExprId {
        const UNITS: &str = "durations end in `ms`, `s`, `m`, `h`, `d` or `w`; sizes in `B`, `KiB`, `MiB`, `GiB`, \
                             `TiB`, `KB`, `MB`, `GB` or `TB`";
        let written = TextRange::new(start, end).of(self.text);
        let digits = written.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(written.len());
        let (number, unit) = written.split_at(digits);
        let duration = match unit {
            "ms" | "s" => Some(1),
            "m" => Some(60),
            "h" => Some(3_600),
            "d" => Some(86_400),
            "w" => Some(604_800),
            _ => None,
        };
        let size = match unit {
            "B" => Some(1),
            "KiB" => Some(1 << 10),
            "MiB" => Some(1 << 20),
            "GiB" => Some(1 << 30),
            "TiB" => Some(1 << 40),
            "KB" => Some(1_000),
            "MB" => Some(1_000_000),
            "GB" => Some(1_000_000_000),
            "TB" => Some(1_000_000_000_000),
            _ => None,
        };
        let value = integer(number);
        let expr = match (duration, size) {
            _ if number.contains('.') && (duration.is_some() || size.is_some()) => self.bad_number(
                start,
                end,
                "a number with a unit must be whole",
                "use a smaller unit: `90m` rather than `1.5h`",
            ),
            (Some(_), _) if unit == "ms" => match value {
                Some(value) if value % 1_000 == 0 => Expr::Duration(value / 1_000),
                Some(_) => self.bad_number(
                    start,
                    end,
                    "a duration must be a whole number of seconds",
                    "AWS counts in seconds; where a property takes milliseconds, write a plain number",
                ),
                None => self.bad_number(start, end, "this duration is too long", UNITS),
            },
            (Some(scale), _) => match value.and_then(|value| value.checked_mul(scale)) {
                Some(value) => Expr::Duration(value),
                None => self.bad_number(start, end, "this duration is too long", "it is counted in seconds"),
            },
            (None, Some(scale)) => match value.and_then(|value| value.checked_mul(scale)) {
                Some(value) => Expr::Size(value),
                None => self.bad_number(start, end, "this size is too large", "it is counted in bytes"),
            },
            (None, None) => {
                let message = format!("`{unit}` is not a unit");
                self.bad_number(start, end, &message, UNITS)
            }
        };
        self.expr(start, end, expr)
    }

    /// Reports a number that is none; nothing stands in its place.
    fn bad_number(&mut self, start: u32, end: u32, message: &str, help: &str) -> Expr {
        let at = TextRange::new(start, end);
        self.errors.push(Diagnostic::new(Code::InvalidNumber, at, message).help(help));
        Expr::Missing
    }

    // ---- What the parser could not make sense of ----

    pub(crate) fn error(&mut self, recovery: Recovery) {
        let error = self.describe(recovery.error);
        self.parser_errors.extend(error);
    }

    pub(crate) fn expr_error(&mut self, start: u32, end: u32, recovery: Recovery) -> ExprId {
        let range = self.recovered(start, end, &recovery);
        self.error(recovery);
        self.expr(range.start, range.end, Expr::Missing)
    }

    pub(crate) fn type_error(&mut self, start: u32, end: u32, recovery: Recovery) -> TypeId {
        let range = self.recovered(start, end, &recovery);
        self.error(recovery);
        self.ty(range.start, range.end, TypeExpr::Missing)
    }

    /// The text that was given up. What lalrpop says was dropped is not complete, but its last token is right.
    #[expect(clippy::unused_self, reason = "reads like the other actions of the grammar")]
    fn recovered(&self, start: u32, end: u32, recovery: &Recovery) -> TextRange {
        let last = recovery.dropped_tokens.last().map_or(end, |token| token.2);
        TextRange::new(start, last.max(end))
    }

    /// The words for an error of the parser; nothing for a place that has been reported already.
    pub(crate) fn describe(&self, error: ParseError<u32, TokenKind, ()>) -> Option<Diagnostic<TextRange>> {
        let (at, wanted, message) = match error {
            ParseError::UnrecognizedToken { token: (_, TokenKind::Missing, _), .. } => return None,
            ParseError::UnrecognizedToken { token: (start, kind, end), expected } => {
                let text = TextRange::new(start, end).of(self.text);
                let found = match kind {
                    TokenKind::End if text.is_empty() => "the end of the member".to_owned(),
                    TokenKind::End => format!("`{text}`"),
                    _ => found(kind, text),
                };
                let wanted = wanted(&expected);
                let message = match &wanted {
                    Some(wanted) => format!("expected {wanted}, found {found}"),
                    None => format!("unexpected {found}"),
                };
                (TextRange::new(start, end), wanted, message)
            }
            ParseError::UnrecognizedEof { location, expected } => {
                let wanted = wanted(&expected);
                let what = wanted.clone().unwrap_or_else(|| "more".to_owned());
                (TextRange::empty(location), wanted, format!("expected {what}, found the end of the item"))
            }
            ParseError::ExtraToken { token: (start, kind, end) } => {
                let found = found(kind, TextRange::new(start, end).of(self.text));
                (TextRange::new(start, end), None, format!("unexpected {found} after the end of the item"))
            }
            ParseError::InvalidToken { location } => {
                (TextRange::empty(location), None, "unexpected text".to_owned())
            }
            ParseError::User { error: () } => return None,
        };
        let error = Diagnostic::new(Code::UnexpectedToken, at, message);
        Some(match wanted {
            Some(wanted) => error.label(format!("expected {wanted}")),
            None => error,
        })
    }
}

/// Whole numbers, with `_` between digits.
fn integer(text: &str) -> Option<i64> {
    if text.len() < 19 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(text.bytes().fold(0, |value, digit| value * 10 + i64::from(digit - b'0')));
    }
    text.replace('_', "").parse().ok()
}

/// What the parser would have accepted, in a few words: groups rather than every token.
fn wanted(expected: &[String]) -> Option<String> {
    let has = |token: &str| expected.iter().any(|name| name.trim_matches('"') == token);
    let mut words: Vec<&str> = Vec::new();
    if has("existing") || (has("none") && has("(")) {
        words.push("an expression");
        if has("let") {
            words.push("`let`");
        }
        if has("..") && !has("+") {
            words.push("`..`");
        }
    } else if has("int") && has("..") && has("name") {
        words.push("a type or a range");
    } else if has("name") && has("string") && has("missing") && !has("int") {
        words.push("a type");
    } else if has("int") && has("none") {
        words.push("a pattern");
    } else if has("environment") {
        words.push("a member");
    } else if has("service") {
        words.push("an item");
    } else if has("name") {
        words.push("a name");
    } else if has("+") && has("*") {
        words.push("an operator");
    }
    let plain = [
        "=", "=>", ":", "(", "{", "->", ",", ";", ")", "]", ">", "}", "in", "else", "as", "block {",
        "match {", "body {", "block }", "body }", "end", "|",
    ];
    let mut rest: Vec<String> = Vec::new();
    let has_expr = words.first().is_some_and(|word| {
        matches!(*word, "an expression" | "a type" | "a type or a range" | "an operator")
    });
    for token in plain {
        if !has(token) || (has_expr && matches!(token, "(" | "{" | "|" | "[" | "in" | "as" | ">")) {
            continue;
        }
        let shown = match token {
            "block {" | "match {" | "body {" => "`{`".to_owned(),
            "block }" | "body }" => "`}`".to_owned(),
            "end" => "`;`".to_owned(),
            token => format!("`{token}`"),
        };
        if !rest.contains(&shown) {
            rest.push(shown);
        }
    }
    let mut all: Vec<String> = words.into_iter().map(str::to_owned).collect();
    all.extend(rest);
    if all.len() > 4 {
        all.truncate(1);
    }
    match all.as_slice() {
        [] => None,
        [one] => Some(one.clone()),
        [first @ .., last] => Some(format!("{} or {last}", first.join(", "))),
    }
}

#[cfg(test)]
mod tests;
