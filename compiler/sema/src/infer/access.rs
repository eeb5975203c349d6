//! Reading from values: fields, elements, calls of functions and methods.

use std::sync::Arc;

use ci_base::{Code, Diagnostic};
use ci_catalog::Kinds;
use ci_syntax::ast::{Expr, ExprId, Name, UnitKind};

use super::{Infer, Resolution};
use crate::builtin::{Argument, Method, MethodType, Parameter, methods};
use crate::item::is_damaged;
use crate::name::Def;
use crate::signature::{Field, Signature, deprecated, signature};
use crate::ty::{Misfit, NodeType, ResourceType, Target, Ty, join, resource_path};

impl Infer<'_> {
    pub(super) fn field(&mut self, id: ExprId, base: ExprId, name: Name, optional: bool) -> Ty {
        if let Some(ty) = self.dotted_attribute(id) {
            return ty;
        }
        let of = self.expr(base, None);
        if name.is_missing() {
            return Ty::Error;
        }
        let (inner, is_optional) = of.unwrapped();
        let inner = inner.clone();
        if is_optional && !optional {
            self.unguarded(base, &of, self.text(name));
            return Ty::Error;
        }
        let ty = self.read(&inner, name);
        if is_optional || optional { ty.option() } else { ty }
    }

    fn unguarded(&mut self, base: ExprId, of: &Ty, name: &str) {
        let shown = self.show(of);
        let found = Diagnostic::new(
            Code::OptionNotUnwrapped,
            self.tree.range(base),
            format!("this may be `none`: it is a `{shown}`"),
        )
        .label("may be `none`")
        .help(format!("read it with `?.{name}` and say what to use otherwise with `??`"));
        self.report(found);
    }

    /// `db.Endpoint.Address`: an attribute whose name has dots.
    fn dotted_attribute(&mut self, id: ExprId) -> Option<Ty> {
        let (root, path) = attribute_path(self.tree, id)?;
        let names: Vec<&str> = path.iter().map(|name| self.text(*name)).collect();
        let ty = self.expr(root, None);
        let Ty::Resource(resource) = ty.unwrapped().0 else { return None };
        // What was written comes first where that is looked at.
        if self.inspects() && resource.0.node(resource.0.root()).property(names[0]).is_some() {
            return None;
        }
        if ty.unwrapped().1 {
            return None;
        }
        let attribute = resource.0.attribute(&names.join("."))?;
        Some(attribute_type(*resource, attribute.name, attribute.node))
    }

    fn read(&mut self, of: &Ty, name: Name) -> Ty {
        let text = self.text(name);
        let known: Vec<Arc<str>> = match of.widened() {
            Ty::Error => return Ty::Error,
            Ty::Json => return Ty::Json,
            Ty::Resource(resource) => return self.attribute(*resource, name),
            Ty::Node(node) if self.inspects() && node.property(text).is_some() => {
                return self.written(*node, text).unwrap_or(Ty::Error);
            }
            Ty::Node(node) => {
                if let Some(property) = node.property(text).or_else(|| node.additional(text)) {
                    return Ty::Node(property);
                }
                if node.kinds().is_any() || node.kinds().is_json_document() {
                    return Ty::Json;
                }
                node.node().properties.iter().map(|property| property.name.into()).collect()
            }
            Ty::Record(fields) => {
                if let Some((_, ty)) = fields.iter().find(|(known, _)| **known == *text) {
                    return ty.clone();
                }
                fields.iter().map(|(name, _)| Arc::clone(name)).collect()
            }
            Ty::Struct(item) | Ty::Interface(item) => {
                let fields = signature(self.db, *item).fields();
                if let Some(field) = fields.iter().find(|field| *field.name == *text) {
                    return self.used(field, name);
                }
                fields.iter().map(|field| Arc::clone(&field.name)).collect()
            }
            Ty::Unit(item) if self.in_test() => match self.member_within(*item, name) {
                Some(ty) => return ty,
                None => self.members_within(*item),
            },
            Ty::Unit(item) => match signature(self.db, *item) {
                Signature::Unit(unit) => {
                    let readable = match unit.kind {
                        UnitKind::Service => &unit.provides,
                        _ => &unit.outputs,
                    };
                    if let Some(field) = readable.iter().find(|field| *field.name == *text) {
                        return self.used(field, name);
                    }
                    readable.iter().map(|field| Arc::clone(&field.name)).collect()
                }
                _ => return Ty::Error,
            },
            Ty::Map(_) => {
                let shown = self.show(of);
                let found = Diagnostic::new(Code::UnknownField, name.0, format!("`{shown}` has no fields"))
                    .help(format!("read a key with `[\"{text}\"]`"));
                self.report(found);
                return Ty::Error;
            }
            _ => Vec::new(),
        };
        if let Ty::Struct(item) | Ty::Interface(item) | Ty::Unit(item) = of.widened()
            && is_damaged(self.db, *item)
        {
            return Ty::Error;
        }
        let shown = self.show(of);
        let message = format!("`{shown}` has no field `{text}`");
        let found = Diagnostic::new(Code::UnknownField, name.0, message).label("unknown");
        let mut found = self.suggest_field(found, name.0, text, known.iter().map(|name| &**name));
        let method = methods(of).iter().any(|method| method.name == text);
        if method {
            found = found.help(format!("it is a method: `.{text}()`"));
        } else if found.help.is_none() && !known.is_empty() {
            let names: Vec<&str> = known.iter().take(12).map(|name| &**name).collect();
            found = found.help(format!("it has {}", names.join(", ")));
        }
        self.report(found);
        Ty::Error
    }

    /// The type of a declared field that is read.
    fn used(&mut self, field: &Field, name: Name) -> Ty {
        if let Some(reason) = &field.deprecated {
            self.report(deprecated(&format!("`{}`", field.name), reason, name.0));
        }
        field.ty.clone()
    }

    /// An attribute, an identifier or a written property of a resource.
    fn attribute(&mut self, resource: ResourceType, name: Name) -> Ty {
        let text = self.text(name);
        let schema = resource.0;
        let own = NodeType { resource, id: schema.root() };
        if self.inspects()
            && let Some(ty) = self.written(own, text)
        {
            return ty;
        }
        if let Some(attribute) = schema.attribute(text) {
            return attribute_type(resource, attribute.name, attribute.node);
        }
        let root = schema.node(schema.root());
        if let [part] = schema.ref_parts()
            && *part == text
        {
            return Ty::Id(Arc::new([Target { resource_type: schema.name(), attribute: part }]));
        }
        if let Some(property) = root.property(text) {
            return Ty::Node(NodeType { resource, id: property.node });
        }
        let own = schema.attributes().iter().map(|attribute| attribute.name);
        let known: Vec<&str> = own
            .chain(schema.ref_parts().iter().copied())
            .chain(root.properties.iter().map(|p| p.name))
            .collect();
        let message = format!("`{}` has no attribute `{text}`", resource_path(schema.name()));
        let found = Diagnostic::new(Code::UnknownAttribute, name.0, message).label("not an attribute");
        let mut found = self.suggest(found, name.0, text, known.iter().copied());
        if found.help.is_none() {
            let mut names: Vec<&str> = schema.ref_parts().to_vec();
            names.extend(schema.attributes().iter().map(|attribute| attribute.name));
            names.dedup();
            names.truncate(12);
            found = found.help(format!("its attributes are {}", names.join(", ")));
        }
        self.report(found);
        Ty::Error
    }

    pub(super) fn index(&mut self, base: ExprId, index: ExprId) -> Ty {
        let of = self.expr(base, None);
        let (inner, optional) = of.unwrapped();
        if optional {
            self.unguarded(base, &of, "get(…)");
            return Ty::Error;
        }
        match inner.widened() {
            Ty::List(element) => {
                self.check(index, &Ty::Int);
                (**element).clone()
            }
            Ty::Map(element) => {
                self.check(index, &Ty::String);
                (**element).clone()
            }
            Ty::Record(fields) => {
                let fields = Arc::clone(fields);
                let key = self.check(index, &Ty::String);
                if let Ty::Texts(texts) = &key
                    && let [text] = &texts[..]
                    && let Some((_, ty)) = fields.iter().find(|(name, _)| name == text)
                {
                    return ty.clone();
                }
                let all = fields.iter().try_fold(Ty::Error, |so_far, (_, ty)| join(&so_far, ty));
                all.unwrap_or(Ty::Json)
            }
            Ty::Node(node) => {
                self.expr(index, None);
                node.items().or_else(|| node.additional("")).map_or(Ty::Json, Ty::Node)
            }
            Ty::Json => {
                self.expr(index, None);
                Ty::Json
            }
            Ty::Error => {
                self.expr(index, None);
                Ty::Error
            }
            _ => {
                self.expr(index, None);
                let shown = self.show(&of);
                let message = format!("`{shown}` has no elements");
                self.report(Diagnostic::new(Code::TypeMismatch, self.tree.range(base), message));
                Ty::Error
            }
        }
    }

    pub(super) fn call(&mut self, id: ExprId, callee: &[Name], arguments: &[ExprId]) -> Ty {
        let loose = |infer: &mut Self| {
            for argument in arguments {
                infer.expr(*argument, None);
            }
            Ty::Error
        };
        if let [name] = callee
            && self.in_test()
            && self.text(*name) == "any"
        {
            return self.any_of(id, arguments);
        }
        let Some(def) = self.resolve(callee) else { return loose(self) };
        self.resolutions.insert(id, Resolution::Def(def.clone()));
        let shown = callee.iter().map(|name| self.text(*name)).collect::<Vec<_>>().join("::");
        match def {
            Def::Builtin(builtin) => {
                let (parameters, required, result) = builtin.signature();
                let types: Vec<Ty> = parameters.into_iter().map(|(_, ty)| ty).collect();
                if self.arguments(id, &shown, &types, required, arguments) { result } else { Ty::Error }
            }
            Def::Item(item) => match signature(self.db, item) {
                Signature::Fn(parameters, result) => {
                    let required = parameters.iter().filter(|parameter| !parameter.optional).count();
                    let types: Vec<Ty> = parameters.iter().map(|parameter| parameter.ty.clone()).collect();
                    if self.arguments(id, &shown, &types, required, arguments) {
                        result.clone()
                    } else {
                        Ty::Error
                    }
                }
                other => {
                    let made = matches!(other, Signature::Unit(_) | Signature::Struct(_));
                    self.not_callable(id, &shown, made);
                    loose(self)
                }
            },
            def => {
                self.not_callable(id, &shown, matches!(def, Def::Resource(_)));
                loose(self)
            }
        }
    }

    /// Reports a call of something that is no function; `made` says that it is made with a record instead.
    fn not_callable(&mut self, id: ExprId, shown: &str, made: bool) {
        let message = format!("`{shown}` is not a function");
        let found = Diagnostic::new(Code::NotCallable, self.tree.range(id), message);
        self.report(if made { found.help(format!("make one with `{shown} {{ … }}`")) } else { found });
    }

    /// Checks the arguments of a call; whether there are as many as it takes.
    fn arguments(
        &mut self,
        id: ExprId,
        callee: &str,
        types: &[Ty],
        required: usize,
        arguments: &[ExprId],
    ) -> bool {
        for (at, argument) in arguments.iter().enumerate() {
            match types.get(at) {
                Some(ty) => {
                    self.check(*argument, ty);
                }
                None => {
                    self.expr(*argument, None);
                }
            }
        }
        self.count(id, callee, types.len(), required, arguments.len())
    }

    fn count(&mut self, id: ExprId, callee: &str, most: usize, required: usize, given: usize) -> bool {
        if given >= required && given <= most {
            return true;
        }
        let takes = match (required, most) {
            (0, 0) => "nothing".to_owned(),
            (a, b) if a == b => format!("{a}"),
            (a, b) => format!("{a} to {b}"),
        };
        let message = format!("`{callee}` takes {takes}, found {given}");
        self.report(Diagnostic::new(Code::WrongArguments, self.tree.range(id), message));
        false
    }

    pub(super) fn method_call(
        &mut self,
        receiver: ExprId,
        name: Name,
        arguments: &[ExprId],
        optional: bool,
    ) -> Ty {
        let of = self.expr(receiver, None);
        let text = self.text(name);
        let (inner, is_optional) = of.unwrapped();
        let inner = inner.clone();
        let loose = |infer: &mut Self| {
            // Of something unknown it may be asked what it must not do.
            infer.denies = infer.in_test() && text == "may";
            for argument in arguments {
                if !matches!(infer.tree[*argument], Expr::Lambda { .. }) {
                    infer.expr(*argument, None);
                }
            }
            infer.denies = false;
            Ty::Error
        };
        if name.is_missing() || inner.is_error() {
            return loose(self);
        }
        if is_optional
            && !optional
            && !matches!(text, "to_json")
            && !self.test_methods(&inner).contains(&text)
        {
            self.unguarded(receiver, &of, &format!("{text}(…)"));
            return loose(self);
        }
        let of_tests = self.test_methods(&inner);
        if of_tests.contains(&text) {
            return self.test_method(name, arguments);
        }
        let available = methods(&inner);
        let Some(method) = available.iter().find(|method| method.name == text) else {
            let shown = self.show(&inner);
            let found =
                Diagnostic::new(Code::UnknownMethod, name.0, format!("`{shown}` has no method `{text}`"));
            let mut found = self.suggest(
                found,
                name.0,
                text,
                available.iter().map(|method| method.name).chain(of_tests.iter().copied()),
            );
            if found.help.is_none() && !(available.is_empty() && of_tests.is_empty()) {
                let names: Vec<&str> =
                    of_tests.iter().copied().chain(available.iter().map(|method| method.name)).collect();
                found = found.help(match names.as_slice() {
                    [one] => format!("its only method is {one}"),
                    many => format!("its methods are {}", many.join(", ")),
                });
            }
            self.report(found);
            return loose(self);
        };
        let ty = self.method(receiver, &inner, method, arguments);
        if optional || is_optional { ty.option() } else { ty }
    }

    fn method(&mut self, receiver: ExprId, of: &Ty, method: &Method, arguments: &[ExprId]) -> Ty {
        let element = element(of);
        let mut returned = Ty::Error;
        let mut accumulator = Ty::Error;
        let mut broken = false;
        for (at, argument) in arguments.iter().enumerate() {
            match method.arguments.get(at) {
                Some(Argument::Value(ty)) => {
                    self.check(*argument, ty);
                }
                Some(Argument::Element) => {
                    let widened = if element.is_text() { Ty::String } else { element.clone() };
                    self.check(*argument, &widened);
                }
                Some(Argument::Same) => {
                    let found = self.expr(*argument, Some(of));
                    if join(of, &found).is_none() {
                        self.mismatch(*argument, of, &found, Misfit::Kind);
                    }
                }
                Some(Argument::Accumulator) => {
                    let found = self.expr(*argument, None);
                    accumulator = match found {
                        Ty::Texts(_) => Ty::String,
                        other => other,
                    };
                }
                Some(Argument::Closure(parameters, result)) => {
                    let types: Vec<Ty> = parameters
                        .iter()
                        .map(|parameter| match parameter {
                            Parameter::Element => element.clone(),
                            Parameter::Key => Ty::String,
                            Parameter::Accumulator => accumulator.clone(),
                        })
                        .collect();
                    match self.closure(*argument, &types, result.as_ref(), method.name) {
                        Some(ty) => returned = ty,
                        None => broken = true,
                    }
                }
                None => {
                    self.expr(*argument, None);
                }
            }
        }
        let last = arguments.last().copied().unwrap_or(receiver);
        let complete =
            self.count(last, method.name, method.arguments.len(), method.required, arguments.len());
        if !complete || broken {
            return Ty::Error;
        }
        match &method.result {
            MethodType::Of(ty) => ty.clone(),
            MethodType::Element => element,
            MethodType::OptionalElement => element.option(),
            MethodType::Elements => element.list(),
            MethodType::Same => match of.widened() {
                Ty::Record(_) | Ty::Struct(_) => element.map(),
                other => other.clone(),
            },
            MethodType::ListOfClosure => returned.list(),
            MethodType::MapOfClosure => returned.map(),
            MethodType::FlatClosure | MethodType::Flattened => {
                let lists = if matches!(method.result, MethodType::Flattened) { element } else { returned };
                match lists.widened() {
                    Ty::List(_) | Ty::Error | Ty::Json => lists.widened().clone(),
                    other => {
                        let shown = self.show(other);
                        let message = format!("`{}` needs lists, found `{shown}`", method.name);
                        self.report(Diagnostic::new(Code::TypeMismatch, self.tree.range(receiver), message));
                        Ty::Error
                    }
                }
            }
            MethodType::MapOfElements => element.map(),
            MethodType::MapOfLists => element.list().map(),
            MethodType::ListOfLists => of.clone().list(),
            MethodType::Entries => {
                let entry = [(Arc::from("key"), Ty::String), (Arc::from("value"), element)];
                Ty::Record(Arc::new(entry)).list()
            }
            MethodType::Accumulator => join(&accumulator, &returned).unwrap_or(accumulator),
        }
    }

    /// What a closure returns; nothing where the argument is none, or one of another shape.
    fn closure(&mut self, id: ExprId, types: &[Ty], result: Option<&Ty>, method: &str) -> Option<Ty> {
        let Expr::Lambda { parameters, body } = &self.tree[id] else {
            self.expr(id, None);
            let found = Diagnostic::new(
                Code::TypeMismatch,
                self.tree.range(id),
                format!("`{method}` takes a closure"),
            )
            .help("write `|x| …`");
            self.report(found);
            return None;
        };
        // A closure over the entries of a map may look at the values alone.
        let skipped = usize::from(types.len() == 2 && parameters.len() == 1 && types[0] == Ty::String);
        let fits = parameters.len() + skipped <= types.len();
        if !fits {
            let message = format!("this closure takes {}, but is given {}", parameters.len(), types.len());
            self.report(Diagnostic::new(Code::WrongArguments, self.tree.range(id), message));
        }
        let depth = self.locals.len();
        for (at, parameter) in parameters.iter().enumerate() {
            let ty = types.get(at + skipped).cloned().unwrap_or(Ty::Error);
            self.locals.push((self.text(*parameter), ty));
        }
        let ty = match result {
            Some(result) => self.check(*body, result),
            None => self.expr(*body, None),
        };
        self.locals.truncate(depth);
        self.types[id.0 as usize] = Ty::Closure(parameters.len());
        fits.then_some(ty)
    }
}

/// The names that lead from an expression that is no field to this one, when there are at least two.
pub fn attribute_path(tree: &ci_syntax::ast::ItemTree, id: ExprId) -> Option<(ExprId, Vec<Name>)> {
    let mut names = Vec::new();
    let mut at = id;
    while let Expr::Field { base, name, optional: false } = tree[at] {
        names.push(name);
        at = base;
    }
    names.reverse();
    (names.len() > 1).then_some((at, names))
}

/// The type of an attribute: what it identifies if it is text, otherwise what the catalog says.
pub fn attribute_type(resource: ResourceType, name: &'static str, node: ci_catalog::NodeId) -> Ty {
    let ty = NodeType { resource, id: node };
    let kinds = ty.kinds();
    if kinds.is_any() || kinds.contains(Kinds::STRING) {
        return Ty::Id(Arc::new([Target { resource_type: resource.0.name(), attribute: name }]));
    }
    Ty::Node(ty)
}

/// What the elements or values of a collection are.
fn element(of: &Ty) -> Ty {
    match of.widened() {
        Ty::List(element) | Ty::Map(element) => (**element).clone(),
        Ty::Record(fields) => {
            fields.iter().try_fold(Ty::Error, |so_far, (_, ty)| join(&so_far, ty)).unwrap_or(Ty::Json)
        }
        Ty::Node(node) => node.items().or_else(|| node.additional("")).map_or(Ty::Json, Ty::Node),
        Ty::Json | Ty::Struct(_) => Ty::Json,
        _ => Ty::Error,
    }
}
