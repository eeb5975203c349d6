//! Policy statements: actions are paths into the IAM catalog.

use ci_base::{Applicability, Code, Diagnostic, TextRange, did_you_mean};
use ci_catalog::iam;
use ci_syntax::ast::{Effect, Expr, ExprId, Name};

use super::{Infer, Resolution};
use crate::name::{Def, resolve};
use crate::ty::{Misfit, Ty};

impl Infer<'_> {
    pub(super) fn statement(
        &mut self,
        effect: Effect,
        actions: ExprId,
        resources: Option<ExprId>,
        principals: Option<ExprId>,
        conditions: Option<ExprId>,
    ) -> Ty {
        self.denies = effect == Effect::Deny;
        self.is_to_account = principals.is_some_and(|principals| self.is_own_account(principals));
        self.actions(actions);
        self.denies = false;
        self.is_to_account = false;
        if let Some(resources) = resources {
            let found = self.expr(resources, None);
            let of = match found.widened() {
                Ty::List(of) => (**of).clone(),
                other => other.clone(),
            };
            let text = of.is_text() || matches!(of, Ty::Error | Ty::Json | Ty::Option(_));
            if !text {
                self.mismatch(resources, &Ty::Arn.list(), &found, Misfit::Kind);
                self.refuse(resources);
            }
        }
        if let Some(principals) = principals {
            let found = self.expr(principals, None);
            let fits = match found.widened() {
                Ty::List(of) => matches!(**of, Ty::Principal | Ty::Error),
                other => matches!(other, Ty::Principal | Ty::Error),
            };
            if !fits {
                self.mismatch(principals, &Ty::Principal, &found, Misfit::Kind);
                self.refuse(principals);
            }
        }
        if let Some(conditions) = conditions {
            self.check(conditions, &Ty::Json);
        }
        Ty::Statement
    }

    /// `aws_account(aws::account_id)`: whom the policy of a key hands its administration over to.
    fn is_own_account(&self, principals: ExprId) -> bool {
        let Expr::Call { callee, arguments } = &self.tree[principals] else { return false };
        let [argument] = &**arguments else { return false };
        let Expr::Path(account) = &self.tree[*argument] else { return false };
        callee.last().is_some_and(|name| self.text(*name) == "aws_account")
            && account.last().is_some_and(|name| self.text(*name) == "account_id")
    }

    /// Whether an action that is a wildcard is reported where it is written. Of a whole key given to its own account it
    /// depends on what the policy stands at, which is known once there is one.
    fn reports_wildcard(&self, action: &str) -> bool {
        !(self.denies || self.is_to_account && action == "kms:*")
    }

    /// Actions: a path, a group, a text or a list of these.
    pub(super) fn actions(&mut self, id: ExprId) -> Ty {
        let tree = self.tree;
        let range = tree.range(id);
        let ty = match &tree[id] {
            Expr::Path(path) if path.len() > 1 => {
                self.action(id, path);
                Ty::Actions
            }
            Expr::PathGroup { path, names } => {
                if let Some(service) = self.action_service(path) {
                    self.resolutions.insert(id, Resolution::Def(Def::ActionService(service)));
                    for name in names {
                        self.action_of(service, *name);
                    }
                }
                Ty::Actions
            }
            Expr::PathGlob(path) => {
                let Some(service) = self.action_service(path) else { return Ty::Error };
                if self.reports_wildcard(&format!("{service}:*")) {
                    let found = Diagnostic::new(
                        Code::WildcardAction,
                        range,
                        format!("`{service}::*` gives every action of the service, now and in the future"),
                    )
                    .note("nothing is granted that was not said")
                    .help(format!("name the actions: `{service}::{{…}}`"));
                    self.report(found);
                }
                // What is denied may be named whole, and a reason allows the rest: it has a value in any case.
                self.resolutions.insert(id, Resolution::Def(Def::ActionService(service)));
                Ty::Actions
            }
            Expr::String => {
                let text = self.source.string(tree, id).into_owned();
                if self.action_text(range, &text) { Ty::Actions } else { Ty::Error }
            }
            Expr::List(items) => {
                for item in items {
                    let ty = self.actions(item.value);
                    self.types[item.value.0 as usize] = ty;
                }
                Ty::Actions
            }
            _ => {
                let found = self.expr(id, None);
                match found.widened() {
                    Ty::Actions | Ty::Error => {}
                    Ty::List(of) if matches!(**of, Ty::Actions | Ty::Error) => {}
                    _ => self.mismatch(id, &Ty::Actions, &found, Misfit::Kind),
                }
                return Ty::Actions;
            }
        };
        self.types[id.0 as usize] = ty.clone();
        ty
    }

    /// Whether a path of two names that nothing in the file declares is an action by its IAM prefix.
    pub(super) fn is_action(&self, path: &[Name]) -> bool {
        let [service, _] = path else { return false };
        let service = self.source.name(*service);
        resolve(self.db, self.file, &[service]).is_err() && iam::service(&service.replace('_', "-")).is_some()
    }

    fn action(&mut self, id: ExprId, path: &[Name]) {
        let Some((last, prefix)) = path.split_last() else { return };
        let segments: Vec<&str> = path.iter().map(|name| self.text(*name)).collect();
        if let Ok(def @ Def::Action(..)) = resolve(self.db, self.file, &segments) {
            self.resolutions.insert(id, Resolution::Def(def));
            return;
        }
        if let Some(service) = self.action_service(prefix)
            && let Some(name) = self.action_of(service, *last)
        {
            self.resolutions.insert(id, Resolution::Def(Def::Action(service, name)));
        }
    }

    /// The service whose actions a path names: imported, or by its IAM prefix.
    fn action_service(&mut self, path: &[Name]) -> Option<&'static str> {
        let segments: Vec<&str> = path.iter().map(|name| self.text(*name)).collect();
        if let Ok(Def::ActionService(service)) = resolve(self.db, self.file, &segments) {
            return Some(service);
        }
        let [prefix] = segments[..] else {
            self.resolve(path);
            return None;
        };
        // A dash cannot stand in a name: `execute_api` is `execute-api`.
        if let Some(service) = iam::service(prefix).or_else(|| iam::service(&prefix.replace('_', "-"))) {
            return Some(service.prefix);
        }
        let range = path.first().map_or_else(TextRange::default, |name| name.0);
        let found = Diagnostic::new(Code::UnknownAction, range, format!("IAM knows no service `{prefix}`"));
        let found = self.suggest(found, range, prefix, iam::services());
        self.report(found);
        None
    }

    fn action_of(&mut self, service: &'static str, name: Name) -> Option<&'static str> {
        let text = self.text(name);
        let facts = iam::service(service)?;
        if let Some(action) = facts.action(text) {
            return Some(action.name);
        }
        let found =
            Diagnostic::new(Code::UnknownAction, name.0, format!("`{service}` has no action `{text}`"));
        let near = facts.action_ignore_case(text).map(|action| action.name);
        let found =
            match near.or_else(|| did_you_mean(text, facts.actions().iter().map(|action| action.name))) {
                Some(near) => found.help(format!("did you mean `{near}`?")).fix(
                    format!("change it to `{near}`"),
                    name.0,
                    near,
                    Applicability::MachineApplicable,
                ),
                None => found,
            };
        self.report(found);
        None
    }

    /// Whether a text names an action that can be given; reported when not.
    fn action_text(&mut self, range: TextRange, text: &str) -> bool {
        if text.contains('*') {
            if !self.reports_wildcard(text) {
                return true;
            }
            let found = Diagnostic::new(
                Code::WildcardAction,
                range,
                format!("`{text}` gives actions that were not named"),
            )
            .note("nothing is granted that was not said")
            .help("name the actions: `s3::{GetObject, PutObject}`");
            self.report(found);
            // A project may allow it.
            return true;
        }
        let known = iam::is_known_action(text);
        if !known {
            let found = Diagnostic::new(Code::UnknownAction, range, format!("IAM knows no action `{text}`"))
                .help("write it as a path, which is checked while you type: `s3::GetObject`");
            self.report(found);
        }
        known
    }
}
