//! The layout of every construct of the language.
//!
//! Must not know: how lines are filled (`doc`) and how comments are found (`cursor`).
//!
//! A record, list or block that had a line end after its opening brace keeps it: whoever writes decides what is
//! worth a line. Parentheses stay as they are.

use ci_syntax::ast::{
    Argument, Arm, Attribute, BinaryOperator, Binding, Entry, Expr, ExprId, Item, ItemTree, Keyword, Member,
    MemberKind, Name, PatternKind, TypeArgument, TypeExpr, TypeId, UseEnd, UseTree, Variant,
};
use ci_syntax::{ItemSource, TokenKind as T};

use crate::cursor::Cursor;
use crate::doc::{Doc, Printer, concat_docs};

/// How the elements between two delimiters are laid out.
#[derive(Clone, Copy)]
struct Layout {
    /// Whether a blank stands inside the delimiters on one line.
    blanks: bool,
    /// Whether a line end after the opening delimiter is kept.
    keeps: bool,
    /// What separates elements, and what follows the last one in a broken layout.
    separator: &'static str,
    /// What follows the last one on one line.
    last: &'static str,
}

const RECORD: Layout = Layout { blanks: true, keeps: true, separator: ",", last: "" };
const LIST: Layout = Layout { blanks: false, keeps: true, separator: ",", last: "" };
const ARGUMENTS: Layout = Layout { blanks: false, keeps: false, separator: ",", last: "" };
const GROUP: Layout = Layout { blanks: false, keeps: false, separator: ",", last: "" };
const INTERFACE: Layout = Layout { blanks: true, keeps: true, separator: ";", last: ";" };

/// Prints an item without syntax errors. Returns whether the tokens were those of the tree.
pub(crate) fn item(source: &ItemSource, tree: &ItemTree, printer: &mut Printer) -> bool {
    let mut writer = Writer { tree, cursor: Cursor::new(source) };
    writer.item(printer);
    !writer.cursor.lost && writer.cursor.is_done()
}

struct Writer<'a> {
    tree: &'a ItemTree,
    cursor: Cursor<'a>,
}

impl<'a> Writer<'a> {
    fn t(&mut self, kind: T) -> Doc<'a> {
        self.cursor.token(kind)
    }

    // ---- Items ----

    fn item(&mut self, printer: &mut Printer) {
        let leading = self.cursor.leading(true);
        let attributes = self.attributes(&self.tree.attributes);
        printer.doc(&concat_docs![leading, attributes], 0);
        let doc = match &self.tree.item {
            Item::Use(tree) => {
                concat_docs![self.t(T::Use), Doc::Text(" "), self.use_tree(tree), self.t(T::Semicolon)]
            }
            Item::Const { ty, value, .. } => {
                let head =
                    concat_docs![self.t(T::Const), Doc::Text(" "), self.cursor.any(), self.type_of(*ty)];
                concat_docs![head, self.assigned(Some(*value)), self.t(T::Semicolon)]
            }
            Item::Struct { fields, .. } => {
                let head = concat_docs![self.t(T::Struct), Doc::Text(" "), self.cursor.any(), Doc::Text(" ")];
                let body =
                    self.delimited(RECORD, fields.len(), |writer, index| writer.member(&fields[index]));
                concat_docs![head, body]
            }
            Item::Interface { fields, .. } => {
                let head =
                    concat_docs![self.t(T::Interface), Doc::Text(" "), self.cursor.any(), Doc::Text(" ")];
                let body =
                    self.delimited(INTERFACE, fields.len(), |writer, index| writer.member(&fields[index]));
                concat_docs![head, body]
            }
            Item::Enum { variants, .. } => {
                let head = concat_docs![self.t(T::Enum), Doc::Text(" "), self.cursor.any(), Doc::Text(" ")];
                let body =
                    self.delimited(RECORD, variants.len(), |writer, index| writer.variant(&variants[index]));
                concat_docs![head, body]
            }
            Item::Fn { parameters, result, body, .. } => {
                let head = concat_docs![self.t(T::Fn), Doc::Text(" "), self.cursor.any()];
                let parameters = self.delimited(ARGUMENTS, parameters.len(), |writer, index| {
                    let parameter = parameters[index];
                    concat_docs![
                        writer.cursor.any(),
                        writer.type_of(parameter.ty),
                        writer.assigned(parameter.default)
                    ]
                });
                let result = match result {
                    Some(ty) => concat_docs![Doc::Text(" "), self.t(T::Arrow), Doc::Text(" "), self.ty(*ty)],
                    None => Doc::Nil,
                };
                let body = self.block(*body).group();
                concat_docs![head, parameters, result, Doc::Text(" "), body]
            }
            Item::Unit { members, .. } | Item::Test { members, .. } => {
                let head = concat_docs![self.cursor.any(), Doc::Text(" "), self.cursor.any()];
                return self.unit(head, members, printer);
            }
            Item::Rule { ty, members, .. } => {
                let name = concat_docs![self.cursor.any(), Doc::Text(" "), self.cursor.any()];
                let subject = concat_docs![Doc::Text(" "), self.t(T::For), Doc::Text(" "), self.cursor.any()];
                let head = concat_docs![name, subject, self.type_of(Some(*ty))];
                return self.unit(head, members, printer);
            }
            Item::Error => {
                self.cursor.lost = true;
                Doc::Nil
            }
        };
        printer.doc(&doc, 0);
    }

    /// What has members. They are printed one by one: a service may be a whole file.
    fn unit(&mut self, head: Doc<'a>, members: &'a [Member], printer: &mut Printer) {
        let open = concat_docs![Doc::Text(" "), self.t(T::LBrace), self.cursor.trailing()];
        printer.doc(&concat_docs![head, open], 0);
        for (index, member) in members.iter().enumerate() {
            printer.line(1, 1);
            let leading = self.cursor.leading(index == 0);
            let member = self.member(member);
            let end = self.cursor.drop_if(&[T::Semicolon]);
            let written = end.is_some();
            let end = concat_docs![end.unwrap_or(Doc::Nil), Doc::Text(if written { ";" } else { "" })];
            let trailing = self.cursor.trailing();
            printer.doc(&concat_docs![leading, member, end, trailing], 1);
            printer.line(1, 1);
        }
        if self.cursor.comment_follows() {
            printer.line(1, 1);
            let leading = self.cursor.leading_last(members.is_empty());
            printer.doc(&leading, 1);
            printer.line(1, 1);
        }
        printer.close(0);
        let close = self.t(T::RBrace);
        printer.doc(&close, 0);
    }

    fn use_tree(&mut self, tree: &'a UseTree) -> Doc<'a> {
        let path = self.path(&tree.path);
        match &tree.end {
            UseEnd::Own => path,
            UseEnd::Alias(_) => {
                concat_docs![path, Doc::Text(" "), self.t(T::As), Doc::Text(" "), self.cursor.any()]
            }
            UseEnd::Glob => concat_docs![path, self.t(T::ColonColon), self.t(T::Star)],
            UseEnd::Group(trees) => {
                let colons = self.t(T::ColonColon);
                let group =
                    self.delimited(GROUP, trees.len(), |writer, index| writer.use_tree(&trees[index]));
                concat_docs![path, colons, group]
            }
        }
    }

    fn attributes(&mut self, attributes: &'a [Attribute]) -> Doc<'a> {
        let mut docs = Vec::new();
        for attribute in attributes {
            docs.push(concat_docs![self.t(T::Hash), self.t(T::LBracket), self.cursor.any()]);
            if self.cursor.peek() == Some(T::LParen) {
                let arguments = &attribute.arguments;
                docs.push(self.delimited(ARGUMENTS, arguments.len(), |writer, index| {
                    writer.argument(arguments[index])
                }));
            }
            docs.push(self.t(T::RBracket));
            docs.push(self.cursor.trailing());
            docs.push(Doc::HardLine);
        }
        if docs.is_empty() { Doc::Nil } else { Doc::Concat(docs) }
    }

    fn argument(&mut self, argument: Argument) -> Doc<'a> {
        match argument.name {
            Some(_) => {
                let name = concat_docs![self.cursor.any(), Doc::Text(" "), self.t(T::Equal), Doc::Text(" ")];
                concat_docs![name, self.expr(argument.value)]
            }
            None => self.expr(argument.value),
        }
    }

    /// A member without its end.
    fn member(&mut self, member: &'a Member) -> Doc<'a> {
        let attributes = self.attributes(&member.attributes);
        match &member.kind {
            MemberKind::Declaration { keyword, ty, value, .. } => {
                let keyword = if *keyword == Keyword::Field {
                    Doc::Nil
                } else {
                    concat_docs![self.cursor.any(), Doc::Text(" ")]
                };
                concat_docs![attributes, keyword, self.cursor.any(), self.type_of(*ty), self.assigned(*value)]
            }
            MemberKind::Assert { condition, message } | MemberKind::Require { condition, message } => {
                let head = concat_docs![self.cursor.any(), Doc::Text(" "), self.expr(*condition)];
                let message = message.map(|message| {
                    let comma = self.t(T::Comma);
                    concat_docs![comma, Doc::Line, self.expr(message)].indent()
                });
                let comma = self.cursor.drop_if(&[T::Comma]).unwrap_or(Doc::Nil);
                concat_docs![attributes, concat_docs![head, message.unwrap_or(Doc::Nil), comma].group()]
            }
            MemberKind::Environment { settings, .. } => {
                let head =
                    concat_docs![self.t(T::Environment), Doc::Text(" "), self.cursor.any(), Doc::Text(" ")];
                concat_docs![attributes, head, self.expr(*settings)]
            }
            MemberKind::Error => {
                self.cursor.lost = true;
                Doc::Nil
            }
        }
    }

    fn variant(&mut self, variant: &'a Variant) -> Doc<'a> {
        concat_docs![self.attributes(&variant.attributes), self.cursor.any(), self.assigned(variant.value)]
    }

    /// `: Type`
    fn type_of(&mut self, ty: Option<TypeId>) -> Doc<'a> {
        match ty {
            Some(ty) => concat_docs![self.t(T::Colon), Doc::Text(" "), self.ty(ty)],
            None => Doc::Nil,
        }
    }

    /// `= value`
    fn assigned(&mut self, value: Option<ExprId>) -> Doc<'a> {
        match value {
            Some(value) => concat_docs![Doc::Text(" "), self.t(T::Equal), Doc::Text(" "), self.expr(value)],
            None => Doc::Nil,
        }
    }

    /// Elements between delimiters, with separators. The delimiters are the next tokens.
    fn delimited(
        &mut self,
        layout: Layout,
        count: usize,
        mut element: impl FnMut(&mut Self, usize) -> Doc<'a>,
    ) -> Doc<'a> {
        let keeps = layout.keeps && count > 0 && self.cursor.newline_in();
        let open = self.cursor.any();
        let mut inner = vec![self.cursor.trailing()];
        let edge = || match (keeps, layout.blanks) {
            (true, _) => Doc::HardLine,
            (false, true) => Doc::Line,
            (false, false) => Doc::SoftLine,
        };
        if count == 0 {
            if !self.cursor.comment_follows() && matches!(inner[0], Doc::Nil) {
                return concat_docs![open, self.cursor.any()];
            }
            inner.push(Doc::SoftLine);
            inner.push(self.cursor.leading_last(true));
            return concat_docs![open, Doc::Concat(inner).indent(), Doc::SoftLine, self.cursor.any()].group();
        }
        inner.push(edge());
        for index in 0..count {
            inner.push(self.cursor.leading(index == 0));
            inner.push(element(self, index));
            let last = index + 1 == count;
            inner.push(self.cursor.drop_if(&[T::Comma, T::Semicolon]).unwrap_or(Doc::Nil));
            inner.push(if last {
                Doc::IfBroken(layout.separator, layout.last)
            } else {
                Doc::Text(layout.separator)
            });
            inner.push(self.cursor.trailing());
            if !last {
                inner.push(Doc::Line);
            }
        }
        if self.cursor.comment_follows() {
            inner.push(Doc::Line);
            inner.push(self.cursor.leading_last(false));
        }
        concat_docs![open, Doc::Concat(inner).indent(), edge(), self.cursor.any()].group()
    }

    // ---- Types ----

    fn ty(&mut self, id: TypeId) -> Doc<'a> {
        let tree = self.tree;
        let range = tree.type_range(id);
        if self.cursor.peek() == Some(T::LParen) && self.cursor.start() < range.start {
            return concat_docs![self.t(T::LParen), self.ty(id), self.t(T::RParen)];
        }
        match &tree[id] {
            TypeExpr::Path { path, arguments } => {
                let path = self.path(path);
                if self.cursor.peek() != Some(T::Less) {
                    return path;
                }
                let arguments =
                    self.delimited(ARGUMENTS, arguments.len(), |writer, index| match arguments[index] {
                        TypeArgument::Type(ty) => writer.ty(ty),
                        TypeArgument::Range(range) => writer.expr(range),
                    });
                concat_docs![path, arguments]
            }
            TypeExpr::Optional(inner) => {
                let inner = self.ty(*inner);
                match self.cursor.peek() {
                    Some(T::Question | T::QuestionQuestion) => concat_docs![inner, self.cursor.any()],
                    // The outer of two, written `??`.
                    _ => inner,
                }
            }
            TypeExpr::Union(members) => {
                let first = members.first().map_or(Doc::Nil, |ty| self.ty(*ty));
                let mut rest = Vec::new();
                for ty in members.iter().skip(1) {
                    rest.push(concat_docs![Doc::Line, self.t(T::Or), Doc::Text(" "), self.ty(*ty)]);
                }
                concat_docs![first, Doc::Concat(rest).indent()].group()
            }
            TypeExpr::Literal => self.cursor.any(),
            TypeExpr::Record(fields) => self.delimited(RECORD, fields.len(), |writer, index| {
                concat_docs![writer.cursor.any(), writer.type_of(Some(fields[index].ty))]
            }),
            TypeExpr::Missing => {
                self.cursor.lost = true;
                Doc::Nil
            }
        }
    }

    // ---- Expressions ----

    fn path(&mut self, path: &[Name]) -> Doc<'a> {
        let mut docs = vec![self.cursor.any()];
        for _ in path.iter().skip(1) {
            docs.push(self.t(T::ColonColon));
            docs.push(self.cursor.any());
        }
        if docs.len() == 1 { docs.swap_remove(0) } else { Doc::Concat(docs) }
    }

    fn expr(&mut self, id: ExprId) -> Doc<'a> {
        let tree = self.tree;
        let range = tree.range(id);
        if self.cursor.peek() == Some(T::LParen) && self.cursor.start() < range.start {
            let open = self.t(T::LParen);
            let inner = concat_docs![Doc::SoftLine, self.expr(id)].indent();
            return concat_docs![open, inner, Doc::SoftLine, self.t(T::RParen)].group();
        }
        match &tree[id] {
            Expr::Missing => {
                self.cursor.lost = true;
                Doc::Nil
            }
            Expr::None
            | Expr::Bool(_)
            | Expr::Int(_)
            | Expr::Float(_)
            | Expr::Duration(_)
            | Expr::Size(_)
            | Expr::String => self.cursor.any(),
            // The text of a string is its value: what is interpolated stays as it was written.
            Expr::Interpolation(_) => self.cursor.verbatim(range),
            Expr::Path(path) => self.path(path),
            Expr::PathGroup { path, names } => {
                let path = concat_docs![self.path(path), self.t(T::ColonColon)];
                let names = self.delimited(GROUP, names.len(), |writer, _| writer.cursor.any());
                concat_docs![path, names]
            }
            Expr::PathGlob(path) => concat_docs![self.path(path), self.t(T::ColonColon), self.t(T::Star)],
            Expr::Record { path, entries } => {
                let path = match path {
                    Some(path) => concat_docs![self.path(path), Doc::Text(" ")],
                    None => Doc::Nil,
                };
                let entries =
                    self.delimited(RECORD, entries.len(), |writer, index| writer.entry(entries[index]));
                concat_docs![path, entries]
            }
            Expr::Existing(record) => concat_docs![self.t(T::Existing), Doc::Text(" "), self.expr(*record)],
            Expr::List(items) => {
                if let [item] = &**items
                    && self.hugs(item.value)
                {
                    let open = self.t(T::LBracket);
                    let spread = if item.spread { self.t(T::DotDot) } else { Doc::Nil };
                    let value = self.expr(item.value);
                    let comma = self.cursor.drop_if(&[T::Comma]).unwrap_or(Doc::Nil);
                    return concat_docs![open, spread, value, comma, self.t(T::RBracket)];
                }
                self.delimited(LIST, items.len(), |writer, index| {
                    let spread = if items[index].spread { writer.t(T::DotDot) } else { Doc::Nil };
                    concat_docs![spread, writer.expr(items[index].value)]
                })
            }
            Expr::Unary { operand, .. } => concat_docs![self.cursor.any(), self.expr(*operand)],
            Expr::Binary { operator, .. } => self.operation(id, *operator),
            Expr::Field { .. } | Expr::MethodCall { .. } | Expr::Index { .. } => self.postfix(id),
            Expr::Call { callee, arguments } => {
                let callee = self.path(callee);
                concat_docs![callee, self.arguments(arguments)]
            }
            Expr::If { .. } => self.conditional(id).group(),
            Expr::Match { subject, arms } => {
                let head =
                    concat_docs![self.t(T::Match), Doc::Text(" "), self.expr(*subject), Doc::Text(" ")];
                let arms = self.delimited(RECORD, arms.len(), |writer, index| writer.arm(&arms[index]));
                concat_docs![head, arms]
            }
            Expr::For { second, iterable, filter, key, body, .. } => {
                let mut head = vec![self.t(T::For), Doc::Text(" ")];
                if second.is_some() {
                    head.push(concat_docs![
                        self.t(T::LParen),
                        self.cursor.any(),
                        self.t(T::Comma),
                        Doc::Text(" ")
                    ]);
                    head.push(concat_docs![self.cursor.any(), self.t(T::RParen)]);
                } else {
                    head.push(self.cursor.any());
                }
                head.push(concat_docs![Doc::Text(" "), self.t(T::In), Doc::Text(" "), self.expr(*iterable)]);
                if let Some(filter) = filter {
                    head.push(concat_docs![
                        Doc::Text(" "),
                        self.t(T::If),
                        Doc::Text(" "),
                        self.expr(*filter)
                    ]);
                }
                head.push(Doc::Text(" "));
                let body = match key {
                    Some(key) => self.keyed(*key, *body),
                    None => self.block(*body),
                };
                concat_docs![Doc::Concat(head), body].group()
            }
            Expr::Block { .. } => self.block(id).group(),
            Expr::Lambda { parameters, body } => {
                if self.cursor.peek() == Some(T::OrOr) {
                    return concat_docs![self.t(T::OrOr), Doc::Text(" "), self.expr(*body)];
                }
                let mut docs = vec![self.t(T::Or)];
                for index in 0..parameters.len() {
                    if index > 0 {
                        docs.push(Doc::Text(" "));
                    }
                    docs.push(self.cursor.any());
                    if index + 1 < parameters.len() {
                        docs.push(self.t(T::Comma));
                    } else if let Some(comments) = self.cursor.drop_if(&[T::Comma]) {
                        docs.push(comments);
                    }
                }
                docs.push(concat_docs![self.t(T::Or), Doc::Text(" "), self.expr(*body)]);
                Doc::Concat(docs)
            }
            Expr::Range { start, end, .. } => {
                let start = start.map_or(Doc::Nil, |start| self.expr(start));
                let dots = self.cursor.any();
                concat_docs![start, dots, end.map_or(Doc::Nil, |end| self.expr(end))]
            }
            Expr::Options { of, options } => {
                let of = self.expr(*of);
                concat_docs![of, Doc::Text(" "), self.expr(*options)]
            }
            Expr::With { base, overrides } => {
                let base = self.expr(*base);
                concat_docs![base, Doc::Text(" "), self.t(T::With), Doc::Text(" "), self.expr(*overrides)]
            }
            Expr::Statement { actions, resources, principals, conditions, .. } => {
                let head = concat_docs![self.cursor.any(), Doc::Text(" "), self.expr(*actions)];
                let mut parts = Vec::new();
                for part in [resources, principals, conditions].into_iter().flatten() {
                    parts.push(concat_docs![Doc::Line, self.cursor.any(), Doc::Text(" "), self.expr(*part)]);
                }
                concat_docs![head, Doc::Concat(parts).indent()].group()
            }
        }
    }

    /// Whether a list with this one element needs no lines of its own: `[{` … `}]`.
    fn hugs(&self, id: ExprId) -> bool {
        let range = self.tree.range(id);
        let nested = matches!(self.tree[id], Expr::Record { .. } | Expr::List(_));
        // Comments next to the brackets need the lines.
        let text = self.cursor.source.text();
        let before = ci_base::TextRange::new(self.cursor.start() + 1, range.start).of(text);
        let after = text.get(range.end as usize..).unwrap_or_default().trim_start();
        let after = after.strip_prefix(',').unwrap_or(after).trim_start();
        nested && before.bytes().all(|byte| matches!(byte, b' ' | b'.')) && after.starts_with(']')
    }

    fn entry(&mut self, entry: Entry) -> Doc<'a> {
        match entry {
            Entry::Field { shorthand: true, .. } => self.cursor.any(),
            Entry::Field { value, .. } => {
                concat_docs![self.cursor.any(), self.t(T::Colon), Doc::Text(" "), self.expr(value)]
            }
            Entry::Computed { key, value } => {
                let key = if self.cursor.peek() == Some(T::LBracket) {
                    concat_docs![self.t(T::LBracket), self.expr(key), self.t(T::RBracket)]
                } else {
                    self.expr(key)
                };
                concat_docs![key, self.t(T::Colon), Doc::Text(" "), self.expr(value)]
            }
            Entry::Spread(base) => concat_docs![self.t(T::DotDot), self.expr(base)],
            Entry::Error => {
                self.cursor.lost = true;
                Doc::Nil
            }
        }
    }

    fn arguments(&mut self, arguments: &[ExprId]) -> Doc<'a> {
        if let [argument] = arguments
            && self.hugs_call(*argument)
        {
            let open = self.t(T::LParen);
            let value = self.expr(*argument);
            let comma = self.cursor.drop_if(&[T::Comma]).unwrap_or(Doc::Nil);
            return concat_docs![open, value, comma, self.t(T::RParen)];
        }
        self.delimited(ARGUMENTS, arguments.len(), |writer, index| writer.expr(arguments[index]))
    }

    /// Whether a call with this one argument needs no lines of its own: `f({` … `})`.
    fn hugs_call(&self, id: ExprId) -> bool {
        let range = self.tree.range(id);
        let nested = matches!(self.tree[id], Expr::Record { .. } | Expr::List(_) | Expr::Lambda { .. });
        let text = self.cursor.source.text();
        let before = ci_base::TextRange::new(self.cursor.start() + 1, range.start).of(text);
        let after = text.get(range.end as usize..).unwrap_or_default().trim_start();
        let after = after.strip_prefix(',').unwrap_or(after).trim_start();
        nested && before.trim().is_empty() && after.starts_with(')')
    }

    /// Operands of one precedence in a row, broken before their operators.
    fn operation(&mut self, id: ExprId, operator: BinaryOperator) -> Doc<'a> {
        let tree = self.tree;
        let level = precedence(operator);
        let start = tree.range(id).start;
        // Down the left side, as far as no parentheses intervene.
        let mut rights = Vec::new();
        let mut first = id;
        while let Expr::Binary { operator, left, right } = &tree[first]
            && precedence(*operator) == level
            && tree.range(first).start == start
        {
            rights.push(*right);
            first = *left;
            if tree.range(first).start != start {
                break;
            }
        }
        let first = self.expr(first);
        let mut rest = Vec::new();
        for right in rights.into_iter().rev() {
            // Behind an operand, a comment stays with it: the line breaks after.
            let comments = self.cursor.trailing_blocks();
            rest.push(concat_docs![comments, Doc::Line, self.cursor.any(), Doc::Text(" "), self.expr(right)]);
        }
        concat_docs![first, Doc::Concat(rest).indent()].group()
    }

    /// Fields, indices and calls in a row. From two calls on, each gets a line if they do not fit on one.
    fn postfix(&mut self, id: ExprId) -> Doc<'a> {
        let tree = self.tree;
        let start = tree.range(id).start;
        let mut links = Vec::new();
        let mut base = id;
        loop {
            let next = match &tree[base] {
                Expr::Field { base, .. } | Expr::Index { base, .. } => *base,
                Expr::MethodCall { receiver, .. } => *receiver,
                _ => break,
            };
            links.push(base);
            base = next;
            if tree.range(base).start != start {
                break;
            }
        }
        let calls = links.iter().filter(|link| matches!(tree[**link], Expr::MethodCall { .. })).count();
        let mut head = vec![self.expr(base)];
        let mut lines = Vec::new();
        for link in links.into_iter().rev() {
            match &tree[link] {
                Expr::Index { index, .. } => {
                    let part = concat_docs![self.t(T::LBracket), self.expr(*index), self.t(T::RBracket)];
                    if lines.is_empty() { head.push(part) } else { lines.push(part) }
                }
                Expr::MethodCall { arguments, .. } => {
                    if calls > 1 {
                        lines.push(Doc::SoftLine);
                    }
                    lines.push(concat_docs![self.cursor.any(), self.cursor.any()]);
                    lines.push(self.arguments(arguments));
                }
                _ => {
                    let part = concat_docs![self.cursor.any(), self.cursor.any()];
                    if lines.is_empty() {
                        head.push(part);
                    } else {
                        lines.push(part);
                    }
                }
            }
        }
        let head = Doc::Concat(head);
        if calls > 1 {
            concat_docs![head, Doc::Concat(lines).indent()].group()
        } else {
            concat_docs![head, Doc::Concat(lines)]
        }
    }

    /// `if` and all its `else`, which break together.
    fn conditional(&mut self, id: ExprId) -> Doc<'a> {
        let tree = self.tree;
        let mut docs = Vec::new();
        let mut next = id;
        while let Expr::If { condition, then, otherwise } = &tree[next] {
            docs.push(concat_docs![self.t(T::If), Doc::Text(" "), self.expr(*condition), Doc::Text(" ")]);
            docs.push(self.block(*then));
            let Some(otherwise) = otherwise else { break };
            docs.push(concat_docs![Doc::Text(" "), self.t(T::Else), Doc::Text(" ")]);
            if !matches!(tree[*otherwise], Expr::If { .. }) {
                docs.push(self.block(*otherwise));
                break;
            }
            next = *otherwise;
        }
        Doc::Concat(docs)
    }

    /// A block, to be broken with the group around it.
    fn block(&mut self, id: ExprId) -> Doc<'a> {
        let tree = self.tree;
        let Expr::Block { bindings, value } = &tree[id] else {
            self.cursor.lost = true;
            return Doc::Nil;
        };
        let broken = self.cursor.newline_in() || !bindings.is_empty();
        let open = self.cursor.any();
        let mut inner = vec![self.cursor.trailing(), if broken { Doc::HardLine } else { Doc::Line }];
        for (index, Binding { ty, value, .. }) in bindings.iter().enumerate() {
            inner.push(self.cursor.leading(index == 0));
            inner.push(concat_docs![self.t(T::Let), Doc::Text(" "), self.cursor.any(), self.type_of(*ty)]);
            inner.push(self.assigned(Some(*value)));
            inner.push(self.t(T::Semicolon));
            inner.push(self.cursor.trailing());
            inner.push(Doc::HardLine);
        }
        inner.push(self.cursor.leading(bindings.is_empty()));
        inner.push(self.expr(*value));
        inner.push(self.cursor.trailing());
        if self.cursor.comment_follows() {
            inner.push(Doc::HardLine);
            inner.push(self.cursor.leading_last(false));
        }
        concat_docs![
            open,
            Doc::Concat(inner).indent(),
            if broken { Doc::HardLine } else { Doc::Line },
            self.cursor.any()
        ]
    }

    /// `{ key => value }`
    fn keyed(&mut self, key: ExprId, value: ExprId) -> Doc<'a> {
        let edge = if self.cursor.newline_in() { Doc::HardLine } else { Doc::Line };
        let open = self.cursor.any();
        let mut inner = vec![self.cursor.trailing(), edge.clone(), self.cursor.leading(true), self.expr(key)];
        inner.push(concat_docs![Doc::Text(" "), self.t(T::FatArrow), Doc::Text(" "), self.expr(value)]);
        inner.push(self.cursor.drop_if(&[T::Comma]).unwrap_or(Doc::Nil));
        inner.push(self.cursor.trailing());
        if self.cursor.comment_follows() {
            inner.push(Doc::HardLine);
            inner.push(self.cursor.leading_last(false));
        }
        concat_docs![open, Doc::Concat(inner).indent(), edge, self.cursor.any()]
    }

    fn arm(&mut self, arm: &'a Arm) -> Doc<'a> {
        let mut patterns = Vec::new();
        for (index, pattern) in arm.patterns.iter().enumerate() {
            if index > 0 {
                patterns.push(concat_docs![Doc::Line, self.t(T::Or), Doc::Text(" ")]);
            }
            patterns.push(match &pattern.kind {
                PatternKind::Literal(literal) => self.expr(*literal),
                PatternKind::Path(path) => self.path(path),
                PatternKind::Wildcard => self.cursor.any(),
                PatternKind::Error => {
                    self.cursor.lost = true;
                    Doc::Nil
                }
            });
        }
        let patterns = Doc::Concat(patterns).group();
        concat_docs![patterns, Doc::Text(" "), self.t(T::FatArrow), Doc::Text(" "), self.expr(arm.value)]
    }
}

/// Operators of the same precedence stand in a row.
fn precedence(operator: BinaryOperator) -> u8 {
    match operator {
        BinaryOperator::Or => 1,
        BinaryOperator::And => 2,
        BinaryOperator::Equal
        | BinaryOperator::NotEqual
        | BinaryOperator::Less
        | BinaryOperator::LessEqual
        | BinaryOperator::Greater
        | BinaryOperator::GreaterEqual => 3,
        BinaryOperator::Coalesce => 4,
        BinaryOperator::Add | BinaryOperator::Subtract => 5,
        BinaryOperator::Multiply | BinaryOperator::Divide | BinaryOperator::Remainder => 6,
    }
}
