//! What can be had with options: a closure over them where it is declared, a record of them where it is taken.
//!
//! Must not know: what the options do.

use ci_base::{Code, Diagnostic, TextRange};
use ci_syntax::ast::{Entry, Expr, ExprId, Name};

use super::Infer;
use crate::ItemId;
use crate::signature::{Field, signature};
use crate::ty::Ty;

impl<'db> Infer<'db> {
    /// `|options| …` where something with options is expected.
    pub(super) fn offer(
        &mut self,
        id: ExprId,
        parameters: &'db [Name],
        body: ExprId,
        (ty, options): (&Ty, ItemId),
    ) {
        let name = options.name(self.db);
        let depth = self.locals.len();
        for parameter in parameters {
            self.locals.push((self.text(*parameter), Ty::Struct(options)));
        }
        self.check(body, ty);
        self.locals.truncate(depth);
        if parameters.len() != 1 {
            let message =
                format!("this closure takes {}, but is given one thing: `{name}`", parameters.len());
            self.report(
                Diagnostic::new(Code::WrongArguments, self.tree.range(id), message)
                    .help("write `|options| …`"),
            );
        }
        let fields = signature(self.db, options).fields().iter();
        let needed: Vec<String> =
            fields.filter(|field| !field.optional).map(|field| format!("`{}`", field.name)).collect();
        if !needed.is_empty() {
            let message = format!("{} of `{name}` has no default", needed.join(", "));
            let found = Diagnostic::new(Code::MissingField, self.tree.range(id), message)
                .label("this can be had without options, too")
                .help(format!("give each field of `{name}` a default, or the type `…?`"));
            self.report(found);
        }
    }

    /// `value.name { option: … }`
    pub(super) fn options(&mut self, id: ExprId, of: ExprId, options: ExprId) -> Ty {
        let found = self.expr(of, None);
        let Expr::Record { entries, .. } = &self.tree[options] else { return Ty::Error };
        let (inner, optional) = found.unwrapped();
        let Ty::Offer(_, item) = inner else {
            self.loose_entries(entries);
            if !inner.is_error() {
                self.without_options(of, &found, entries);
            }
            return self.refuse(id);
        };
        let optionals = signature(self.db, *item).fields().iter();
        let fields: Vec<Field> = optionals.map(|field| Field { optional: true, ..field.clone() }).collect();
        self.fields(self.tree.range(options), *item, &fields, entries);
        self.types[options.0 as usize] = Ty::Struct(*item);
        if optional { inner.clone().option() } else { inner.clone() }
    }

    fn without_options(&mut self, of: ExprId, found: &Ty, entries: &[Entry]) {
        let range: TextRange = self.tree.range(of);
        let (shown, words) = (self.show(found), range.of(self.source.text()).to_owned());
        let help = match found.unwrapped().0.widened() {
            Ty::Struct(_) | Ty::Record(_) | Ty::Map(_) => {
                format!("write `{{ ..{words}, … }}` for the same with other fields")
            }
            Ty::Capability => {
                "who declares it says by what it can be narrowed: `capability read: Capability<Options> = …`"
                    .to_owned()
            }
            Ty::Unit(_) | Ty::Resource(_) => {
                "give its inputs where it is made, or set more with `with`".to_owned()
            }
            _ if entries.is_empty() => "remove the braces".to_owned(),
            _ => "only what is declared as `Capability<Options>` or with options of another type takes some"
                .to_owned(),
        };
        let message = format!("`{words}` takes no options: it is a `{shown}`");
        self.report(Diagnostic::new(Code::TypeMismatch, range, message).help(help));
    }
}
