//! Calls: of functions of the program and of the language, files and archives included.

use std::rc::Rc;
use std::sync::Arc;

use ci_base::{Code, Diagnostic};
use ci_graph::{Late, Origin};
use ci_syntax::ast::{ExprId, Item};

use super::builtin::{self, Problem};
use super::frame::Env;
use super::value::{Located, Principal, Value};
use super::{Eval, MAX_DEPTH};
use crate::ItemId;
use crate::builtin::Builtin;
use crate::db::DataError;
use crate::infer::Resolution;
use crate::name::Def;
use crate::signature::{Signature, signature};

impl Eval<'_> {
    pub(super) fn call(&mut self, id: ExprId, arguments: &[ExprId], env: &Env, origin: Origin) -> Value {
        let resolution = self.bodies[env.body as usize].inference.resolutions.get(&id);
        match resolution {
            Some(Resolution::Def(Def::Builtin(builtin))) => {
                let builtin = *builtin;
                let given: Vec<Located> =
                    arguments.iter().map(|argument| self.expr(*argument, env)).collect();
                // Too few arguments have been reported.
                let few = given.len() < builtin.signature().1;
                if few || given.iter().any(|value| matches!(value.value, Value::Unknown)) {
                    return Value::Unknown;
                }
                self.builtin(builtin, &given, env, origin)
            }
            Some(Resolution::Def(Def::Item(item))) => {
                let item = *item;
                self.function(item, arguments, env, origin)
            }
            _ => Value::Unknown,
        }
    }

    fn function(&mut self, item: ItemId, arguments: &[ExprId], env: &Env, origin: Origin) -> Value {
        if self.calls.contains(&item) || self.calls.len() as u32 > MAX_DEPTH {
            let name = item.name(self.db);
            let found = Diagnostic::new(Code::RecursiveDefinition, origin, format!("`{name}` calls itself"))
                .note("functions are finite: they cannot call themselves, directly or through others")
                .help("use `for`, `map` or `fold`");
            self.report(found);
            return Value::Unknown;
        }
        let given: Vec<Located> = arguments.iter().map(|argument| self.expr(*argument, env)).collect();
        let body = self.body(item);
        let Item::Fn { parameters, body: block, .. } = &self.tree(body).item else { return Value::Unknown };
        let Signature::Fn(fields, result) = signature(self.db, item) else { return Value::Unknown };
        let mut inner = Env { body, instance: None, locals: None };
        self.calls.push(item);
        let outer = self.called_at;
        self.called_at = outer.or(Some(origin));
        for (at, parameter) in parameters.iter().enumerate() {
            let value = match (given.get(at), parameter.default) {
                (Some(value), _) => value.clone(),
                (None, Some(default)) => self.expr(default, &inner),
                (None, None) => Located::new(Value::Unknown, origin),
            };
            let value = match fields.get(at) {
                Some(field) => self.coerce(value, &field.ty),
                None => value,
            };
            let name = self.name(body, parameter.name);
            inner = inner.with(name, value);
        }
        let value = self.expr(*block, &inner);
        let value = self.coerce(value, result);
        self.called_at = outer;
        self.calls.pop();
        value.value
    }

    /// What a function does whatever it is given.
    pub(super) fn open_function(&mut self, item: ItemId, body: u32, at: Origin) {
        let Item::Fn { parameters, body: block, .. } = &self.tree(body).item else { return };
        let Signature::Fn(fields, result) = signature(self.db, item) else { return };
        let mut env = Env { body, instance: None, locals: None };
        self.calls.push(item);
        for (parameter, field) in parameters.iter().zip(fields) {
            if let Some(default) = parameter.default {
                let value = self.expr(default, &env);
                self.coerce(value, &field.ty);
            }
            let name = self.name(body, parameter.name);
            env = env.with(name, Located::new(Value::Unknown, at));
        }
        let value = self.expr(*block, &env);
        self.coerce(value, result);
        self.calls.pop();
    }

    fn builtin(&mut self, builtin: Builtin, given: &[Located], env: &Env, origin: Origin) -> Value {
        let text = |at: usize| given.get(at).and_then(|value| builtin::scalar_text(&value.value));
        let principal = |kind: &'static str| {
            given.first().map_or(Value::Unknown, |value| {
                Value::Principal(Rc::new(Principal::Kind(kind, value.clone())))
            })
        };
        match builtin {
            Builtin::Text | Builtin::Json | Builtin::Yaml => {
                let Some(path) = text(0) else { return self.late_error(origin, "a path", given[0].origin) };
                self.data(builtin, &path, env, origin)
            }
            Builtin::Archive => {
                let Some(path) = text(0) else { return self.late_error(origin, "a path", given[0].origin) };
                self.archive(&path, given[0].origin)
            }
            Builtin::Policy => {
                let statements = match &given[0].value {
                    Value::List(items) => items.to_vec(),
                    _ => vec![given[0].clone()],
                };
                builtin::policy_document(&statements, origin)
                    .unwrap_or_else(|problem| self.builtin_problem(origin, problem))
            }
            Builtin::AwsService => principal("Service"),
            Builtin::AwsPrincipal | Builtin::AwsAccount => principal("AWS"),
            Builtin::Federated => principal("Federated"),
            Builtin::Everyone => Value::Principal(Rc::new(Principal::Everyone)),
            Builtin::AvailabilityZones => Value::late(Late::AvailabilityZones { region: None }),
            Builtin::Ssm | Builtin::SsmSecure | Builtin::Secret => {
                let Some(name) = given.first().and_then(builtin::to_graph) else { return Value::Unknown };
                Value::late(Late::Dynamic(match builtin {
                    Builtin::Ssm => ci_graph::DynamicReference::Ssm { name: name.value, version: None },
                    Builtin::SsmSecure => {
                        ci_graph::DynamicReference::SsmSecure { name: name.value, version: None }
                    }
                    _ => ci_graph::DynamicReference::SecretsManager { secret: name.value, key: text(1) },
                }))
            }
        }
    }

    fn data(&mut self, builtin: Builtin, path: &str, env: &Env, origin: Origin) -> Value {
        let package = self.bodies[env.body as usize].item.file(self.db).package(self.db);
        let file = self.db.data_file(package, path);
        let bytes = match file.content(self.db) {
            Ok(bytes) => bytes,
            Err(error) => return self.data_error(path, error, origin),
        };
        let Ok(text) = std::str::from_utf8(bytes) else {
            let message = format!("`{path}` is not UTF-8 text");
            return self.error(Code::InvalidUtf8, origin, message);
        };
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let parsed = match builtin {
            Builtin::Text => return Value::text(text),
            Builtin::Json => builtin::parse_json(text, origin),
            _ => builtin::parse_yaml(text, origin),
        };
        parsed.unwrap_or_else(|problem| match problem {
            Problem::Data(message) => self.error(Code::InvalidData, origin, format!("`{path}`: {message}")),
            other => self.builtin_problem(origin, other),
        })
    }

    fn data_error(&mut self, path: &str, error: &DataError, origin: Origin) -> Value {
        let found = match error {
            DataError::OutsidePackage => Diagnostic::new(
                Code::OutsideProject,
                origin,
                format!("`{path}` leads out of the package"),
            )
            .note("what is compiled depends on nothing but the package, so that it is the same everywhere")
            .help("write a path relative to the folder of `ci.toml`, without `..` at its start"),
            DataError::NotFound => {
                Diagnostic::new(Code::UnreadableFile, origin, format!("there is no `{path}`"))
                    .note("paths are relative to the folder of `ci.toml`")
            }
            DataError::Unreadable(reason) => {
                Diagnostic::new(Code::UnreadableFile, origin, format!("`{path}` cannot be read: {reason}"))
            }
        };
        self.report(found);
        Value::Unknown
    }

    /// A directory, packed: where the archive will lie.
    fn archive(&mut self, path: &str, origin: Origin) -> Value {
        let archive = self.db.archive(path);
        let digest = match archive.digest(self.db) {
            Ok(digest) => Arc::clone(digest),
            Err(error) => return self.data_error(path, error, origin),
        };
        let key: Arc<str> = format!("{digest}.zip").into();
        self.assets.push(ci_graph::Asset { key: Arc::clone(&key), directory: path.into() });
        let bucket = self.artifact_bucket(origin);
        let entries = [("S3Bucket", bucket), ("S3Key", Value::Text(key))];
        Value::record(
            entries.into_iter().map(|(name, value)| (Arc::from(name), Located::new(value, origin))).collect(),
        )
    }

    /// The parameter that says in which bucket the archives lie.
    fn artifact_bucket(&mut self, origin: Origin) -> Value {
        const NAME: &str = "ArtifactBucket";
        let at = self.parameters.iter().position(|parameter| &*parameter.name == NAME).unwrap_or_else(|| {
            self.parameters.push(ci_graph::Parameter {
                name: NAME.into(),
                parameter_type: "String".into(),
                default: None,
                description: Some("The bucket that the archives of this app are uploaded to".into()),
                no_echo: false,
                constraints: ci_graph::ParameterConstraints::default(),
                origin,
            });
            self.parameters.len() - 1
        });
        Value::late(Late::Parameter(ci_graph::ParameterId(at as u32)))
    }
}
