//! Types, properties and declarations in words: Markdown for hovers and for the documentation of completions.

use std::fmt::Write as _;

use ci_catalog::{LifecycleStatus, Node, ResourceSchema, Scalar};
use ci_sema::Db;
use ci_sema::builtin::{Argument, Method, MethodType, methods};
use ci_sema::item::{item_doc, item_source, item_tree};
use ci_sema::name::Def;
use ci_sema::signature::{Field, Signature, signature};
use ci_sema::ty::{NodeType, Ty, resource_path};
use ci_syntax::ast::{Item, Keyword};

use crate::place::Body;
use crate::shape::join;
use crate::symbol::{Symbol, builtin_doc, builtin_type_doc, item_word, keyword_word};

/// How many of a list of values are shown.
const MOST_VALUES: usize = 24;

/// A block of code, and a text below it.
pub(crate) fn code(declaration: &str, text: &str) -> String {
    let mut shown = format!("```ci\n{declaration}\n```");
    if !text.is_empty() {
        shown.push_str("\n\n");
        shown.push_str(text);
    }
    shown
}

/// The page of a resource type in AWS's documentation of CloudFormation.
pub(crate) fn aws_page(name: &str) -> Option<String> {
    let rest = name.strip_prefix("AWS::")?;
    let (service, own) = rest.split_once("::")?;
    let (service, own) = (service.to_ascii_lowercase(), own.to_ascii_lowercase());
    Some(format!(
        "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-{service}-{own}.html"
    ))
}

/// A resource type: what it is called, what must be given, what can be read, where it exists.
pub(crate) fn resource(schema: &'static ResourceSchema) -> String {
    let mut text = format!("`{}`", schema.name());
    let root = schema.node(schema.root());
    let names = |names: Vec<&str>| {
        let shown: Vec<String> = names.iter().take(MOST_VALUES).map(|name| format!("`{name}`")).collect();
        let more = names.len().saturating_sub(MOST_VALUES);
        if more > 0 { format!("{} … ({more} more)", shown.join(", ")) } else { shown.join(", ") }
    };
    let required: Vec<&str> =
        root.properties.iter().filter(|property| property.required).map(|property| property.name).collect();
    if !required.is_empty() {
        let _ = write!(text, "\n\nRequired: {}", names(required));
    }
    if !root.required_xor.is_empty() {
        for group in root.required_xor {
            let _ = write!(text, "\n\nExactly one of: {}", names(group.to_vec()));
        }
    }
    let mut attributes = schema.ref_parts().to_vec();
    attributes.extend(schema.attributes().iter().map(|attribute| attribute.name));
    attributes.sort_unstable();
    attributes.dedup();
    if !attributes.is_empty() {
        let _ = write!(text, "\n\nCan be read: {}", names(attributes));
    }
    if schema.is_stateful() {
        text.push_str("\n\nHolds data: it is lost when the resource is deleted.");
    }
    let regions: Vec<&str> = schema.regions().iter().collect();
    let known = ci_catalog::known_regions().len();
    if !regions.is_empty() && regions.len() < known {
        let _ = if regions.len() <= known / 2 {
            write!(text, "\n\nOnly in {}", names(regions))
        } else {
            let missing =
                ci_catalog::known_regions().iter().copied().filter(|known| !regions.contains(known));
            write!(text, "\n\nNot in {}", names(missing.collect()))
        };
    }
    if let Some(lifecycle) = schema.lifecycle() {
        let what = match lifecycle.status {
            LifecycleStatus::Maintenance => "AWS adds nothing to it any more",
            LifecycleStatus::Sunset => "AWS ends it",
            LifecycleStatus::Shutdown => "AWS has ended it",
        };
        let date = lifecycle.date.map_or_else(String::new, |date| format!(" ({date})"));
        let _ = write!(text, "\n\n**{what}{date}.**");
    }
    if let Some(page) = aws_page(schema.name()) {
        let _ = write!(text, "\n\n[AWS documentation]({page})");
    }
    text
}

/// What narrows a value: its enumeration, range, pattern, default.
pub(crate) fn constraints(node: &Node) -> Vec<String> {
    let mut found = Vec::new();
    if !node.enum_values.is_empty() {
        let shown: Vec<String> =
            node.enum_values.iter().take(MOST_VALUES).map(|value| format!("`\"{value}\"`")).collect();
        let more = node.enum_values.len().saturating_sub(MOST_VALUES);
        let more = if more > 0 { format!(" … ({more} more)") } else { String::new() };
        found.push(format!("one of {}{more}", shown.join(", ")));
    }
    if !node.enum_scalars.is_empty() {
        let shown: Vec<String> =
            node.enum_scalars.iter().take(MOST_VALUES).map(|value| format!("`{}`", scalar(value))).collect();
        found.push(format!("one of {}", shown.join(", ")));
    }
    if let Some(value) = &node.const_value {
        found.push(format!("always `{}`", scalar(value)));
    }
    let number = |value: f64| format!("{value}");
    match (node.minimum, node.maximum) {
        (Some(least), Some(most)) => found.push(format!("from {} to {}", number(least), number(most))),
        (Some(least), None) => found.push(format!("at least {}", number(least))),
        (None, Some(most)) => found.push(format!("at most {}", number(most))),
        (None, None) => {}
    }
    if let Some(of) = node.multiple_of {
        found.push(format!("a multiple of {}", number(of)));
    }
    let between = |least: Option<u64>, most: Option<u64>, what: &str| match (least, most) {
        (Some(least), Some(most)) if least == most => Some(format!("{least} {what}")),
        (Some(least), Some(most)) => Some(format!("{least} to {most} {what}")),
        (Some(least), None) if least > 0 => Some(format!("at least {least} {what}")),
        (None, Some(most)) => Some(format!("at most {most} {what}")),
        _ => None,
    };
    found.extend(between(node.min_length, node.max_length, "characters"));
    found.extend(between(node.min_items, node.max_items, "elements"));
    if node.unique_items {
        found.push("no element twice".to_owned());
    }
    if let Some(pattern) = node.pattern {
        found.push(format!("matches `{}`", pattern.replace('`', "\\`")));
    }
    if let Some(default) = &node.default {
        found.push(format!("default `{}`", scalar(default)));
    }
    found
}

fn scalar(value: &Scalar) -> String {
    match value {
        Scalar::Str(text) => format!("\"{text}\""),
        Scalar::Int(number) => number.to_string(),
        Scalar::Float(number) => number.to_string(),
        Scalar::Bool(truth) => truth.to_string(),
        Scalar::Null => "null".to_owned(),
    }
}

/// A property: its type, what narrows it, and what a change of it does.
pub(crate) fn property(db: &dyn Db, of: NodeType, name: &str, pointer: &str) -> String {
    let Some(found) = of.node().property(name) else { return String::new() };
    let own = NodeType { id: found.node, ..of };
    let schema = of.resource.0;
    let pointer = join(pointer, name);
    let ty = Ty::Node(own);
    let optional = if found.required { "" } else { "?" };
    let mut lines = Vec::new();
    if found.required {
        lines.push("Required.".to_owned());
    }
    if schema.is_create_only(&pointer) {
        lines.push("**Changing this replaces the resource.**".to_owned());
    } else if schema.is_conditional_create_only(&pointer) {
        lines.push("**Changing this may replace the resource.**".to_owned());
    }
    if schema.is_read_only(&pointer) {
        lines.push("Only AWS sets this.".to_owned());
    }
    if schema.is_write_only(&pointer) {
        lines.push("It cannot be read back.".to_owned());
    }
    if schema.is_deprecated(&pointer) {
        lines.push("**AWS asks not to use it any more.**".to_owned());
    }
    let narrowed = constraints(own.node());
    if !narrowed.is_empty() {
        lines.push(narrowed.join("; ") + ".");
    }
    if schema.offers().iter().any(|offer| offer.pointer == pointer) {
        lines.push("Not every value is offered in every region.".to_owned());
    }
    lines.push(format!("Of `{}`.", schema.name()));
    code(&format!("{name}: {}{optional}", ty.display(db)), &lines.join("\n\n"))
}

/// What can be read of a resource.
pub(crate) fn attribute(db: &dyn Db, resource: ci_sema::ty::ResourceType, name: &str) -> String {
    let schema = resource.0;
    let of = resource_path(schema.name());
    if let Some(attribute) = schema.attribute(name) {
        let ty = ci_sema::infer::attribute_type(resource, attribute.name, attribute.node);
        let text = format!("An attribute of `{of}`: AWS says its value at deployment.");
        return code(&format!("{name}: {}", ty.display(db)), &text);
    }
    if schema.ref_parts().contains(&name) {
        let text = format!("What identifies the `{of}`: known at deployment.");
        return code(&format!("{name}: {}", identity(db, resource, name)), &text);
    }
    let root = NodeType { resource, id: schema.root() };
    property(db, root, name, "")
}

fn identity(db: &dyn Db, resource: ci_sema::ty::ResourceType, name: &str) -> String {
    let part = resource.0.ref_parts().iter().find(|part| **part == name);
    part.map_or_else(String::new, |attribute| {
        let target = ci_sema::ty::Target { resource_type: resource.0.name(), attribute };
        Ty::Id(std::sync::Arc::new([target])).display(db).to_string()
    })
}

/// A field of a signature: `key: String`.
pub(crate) fn field(db: &dyn Db, field: &Field) -> String {
    let optional = if field.optional && !matches!(field.ty, Ty::Option(_)) { " = …" } else { "" };
    format!("{}: {}{optional}", field.name, field.ty.display(db))
}

/// The head of an item, as its user sees it.
pub(crate) fn item(db: &dyn Db, of: ci_sema::ItemId) -> String {
    let word = item_word(of.kind(db));
    let name = of.name(db);
    let lines = |fields: &[Field], word: &str| -> String {
        fields.iter().fold(String::new(), |mut text, known| {
            let _ = write!(text, "\n    {word}{};", field(db, known));
            text
        })
    };
    match signature(db, of) {
        Signature::Const(ty) => format!("const {name}: {}", ty.display(db)),
        Signature::Struct(fields) | Signature::Interface(fields) => {
            format!("{word} {name} {{{}\n}}", lines(fields, ""))
        }
        Signature::Enum(variants) => {
            let names: Vec<&str> = variants.iter().map(|(name, _)| &**name).collect();
            format!("enum {name} {{ {} }}", names.join(", "))
        }
        Signature::Fn(parameters, result) => {
            let shown: Vec<String> = parameters.iter().map(|known| field(db, known)).collect();
            format!("fn {name}({}) -> {}", shown.join(", "), result.display(db))
        }
        Signature::Unit(unit) => {
            let mut text = format!("{word} {name} {{");
            for input in &unit.inputs {
                let word = if input.needed { "needs" } else { "input" };
                let _ = write!(text, "\n    {word} {};", field(db, input));
            }
            text.push_str(&lines(&unit.outputs, "output "));
            text.push_str(&lines(&unit.provides, "provides "));
            text.push_str("\n}");
            text
        }
        Signature::Rule(ty) => format!("rule {name} for {}", ty.display(db)),
        Signature::Nothing => format!("{word} {name}"),
    }
}

/// What a name stands for, in Markdown. `ty` is its type where it is a value.
pub(crate) fn symbol(db: &dyn Db, symbol: &Symbol, ty: Option<&Ty>) -> Option<String> {
    let shown = |ty: Option<&Ty>| ty.map_or_else(|| "?".to_owned(), |ty| ty.display(db).to_string());
    Some(match symbol {
        Symbol::Item(of) => code(&item(db, *of), &item_doc(db, *of).unwrap_or_default()),
        Symbol::Variant(of, at) => {
            let Signature::Enum(variants) = signature(db, *of) else { return None };
            let (name, value) = variants.get(*at as usize)?;
            let Item::Enum { variants, .. } = &item_tree(db, *of).item else { return None };
            let doc = item_source(db, *of).doc(variants.get(*at as usize)?.name.0.start);
            let value = if name == value { String::new() } else { format!(" = \"{value}\"") };
            code(&format!("{}::{name}{value}", of.name(db)), &doc.unwrap_or_default())
        }
        Symbol::Member(of, at) => {
            let (keyword, member) = symbol.member(db)?;
            let body = Body::of(db, *of);
            let name = crate::symbol::member_name(member)?.of(body.source.text());
            let doc = body.source.doc(member.range.start).or_else(|| {
                let inner = crate::symbol::member_name(member)?;
                body.source.doc(inner.start)
            });
            let own;
            let ty = match (body.inference.members.get(*at as usize), keyword) {
                (Some(ty), _) => Some(ty),
                (None, _) => {
                    own = signature(db, *of).fields().iter().find(|field| &*field.name == name).cloned();
                    own.as_ref().map(|field| &field.ty)
                }
            };
            let mut text = doc.unwrap_or_default();
            if let Some(late) = ty.or(ty).and_then(lateness) {
                if !text.is_empty() {
                    text.push_str("\n\n");
                }
                text.push_str(late);
            }
            let word =
                if keyword == Keyword::Field { String::new() } else { format!("{} ", keyword_word(keyword)) };
            let owner = match keyword {
                Keyword::Field => format!("{}.", of.name(db)),
                _ => String::new(),
            };
            let mut shown = code(&format!("{word}{owner}{name}: {}", shown(ty)), &text);
            if let Some(Ty::Resource(resource)) = ty {
                shown.push_str("\n\n---\n\n");
                shown.push_str(&self::resource(resource.0));
            }
            shown
        }
        Symbol::Local(..) => {
            let ty = ty?;
            code(&ty.display(db).to_string(), lateness(ty).unwrap_or_default())
        }
        Symbol::Property(of, name) => property(db, *of, name, &pointer_of(*of)),
        Symbol::Attribute(of, name) => attribute(db, *of, name),
        Symbol::Method(name) => {
            let found = methods(ty?).into_iter().find(|method| method.name == *name);
            match found {
                Some(found) => code(&method(db, ty?, &found), found.doc),
                None => match &**name {
                    "may" => code(
                        "may(action, on?) -> Bool",
                        "Whether the policies of the program allow an action, on one resource or on any.",
                    ),
                    "resources" => code("resources(type)", "All resources of a type that were made."),
                    _ => return None,
                },
            }
        }
        Symbol::Marker(name) => code(&format!("#[{name}]"), ""),
        Symbol::Def(def) => self::def(db, def)?,
    })
}

/// When a value is known.
fn lateness(ty: &Ty) -> Option<&'static str> {
    matches!(ty.unwrapped().0.widened(), Ty::Id(_))
        .then_some("Known at deployment where it is read of a resource.")
}

/// Where in its resource a node is, as far as its name among the properties of the root says it.
fn pointer_of(node: NodeType) -> String {
    let schema = node.resource.0;
    if node.id == schema.root() {
        return String::new();
    }
    // A definition may be used in several places; what is said about pointers holds for the first.
    find(schema, schema.root(), node.id, "", 4).unwrap_or_default()
}

fn find(
    schema: &'static ResourceSchema,
    from: ci_catalog::NodeId,
    wanted: ci_catalog::NodeId,
    pointer: &str,
    depth: usize,
) -> Option<String> {
    let node = schema.node(from);
    for property in node.properties {
        let pointer = join(pointer, property.name);
        if property.node == wanted {
            return Some(pointer);
        }
    }
    if let Some(items) = node.items {
        let pointer = join(pointer, "*");
        if items == wanted {
            return Some(pointer);
        }
        if depth > 0
            && let Some(found) = find(schema, items, wanted, &pointer, depth - 1)
        {
            return Some(found);
        }
    }
    if depth == 0 {
        return None;
    }
    node.properties
        .iter()
        .find_map(|property| find(schema, property.node, wanted, &join(pointer, property.name), depth - 1))
}

fn def(db: &dyn Db, def: &Def) -> Option<String> {
    Some(match def {
        Def::Item(_) | Def::Variant(..) => return symbol(db, &def.clone().into(), None),
        Def::Resource(resource) => {
            let path = resource_path(resource.0.name());
            code(&path, &self::resource(resource.0))
        }
        Def::Module(file) => {
            let name = file.module(db);
            let package = file.package(db).name(db);
            let shown = if name.is_empty() { package.to_string() } else { format!("{package}::{name}") };
            code(&format!("module {shown}"), &module_doc(file.text(db)))
        }
        Def::Folder(package, path) => code(&format!("module {}::{path}", package.name(db)), ""),
        Def::Namespace(path) => code(path, "Resource types of AWS."),
        Def::ActionServices => code("aws::iam::actions", "The actions of IAM, by service."),
        Def::ActionService(service) => {
            let found = ci_catalog::iam::service(service)?;
            code(service, &format!("{}: {} actions", found.name, found.actions().len()))
        }
        Def::Action(service, name) => {
            let found = ci_catalog::iam::service(service)?.action(name)?;
            let resources: Vec<String> =
                found.resources.iter().map(|resource| format!("`{}`", resource.resource_type)).collect();
            let on = if resources.is_empty() { "`*`".to_owned() } else { resources.join(", ") };
            let text = format!("Access level: {:?}. On {on}.", found.level);
            code(&format!("{service}:{name}"), &text)
        }
        Def::Pseudo(pseudo) => code(&format!("{pseudo:?}: String"), "Known at deployment."),
        Def::Builtin(function) => {
            let (parameters, required, result) = function.signature();
            let shown: Vec<String> = parameters
                .iter()
                .enumerate()
                .map(|(at, (name, ty))| {
                    let optional = if at < required { "" } else { "?" };
                    format!("{name}{optional}: {}", ty.display(db))
                })
                .collect();
            let head = format!("fn {}({}) -> {}", function.name(), shown.join(", "), result.display(db));
            code(&head, builtin_doc(*function))
        }
        Def::Type(ty) => code(ty.name(), builtin_type_doc(*ty)),
    })
}

/// The text of `//!` at the top of a module.
pub(crate) fn module_doc(text: &str) -> String {
    let lines = text.lines().skip_while(|line| line.trim().is_empty());
    let doc: Vec<&str> = lines.map_while(|line| line.trim().strip_prefix("//!")).map(str::trim).collect();
    doc.join("\n")
}

/// A method with its arguments and result, of a receiver's type.
pub(crate) fn method(db: &dyn Db, of: &Ty, method: &Method) -> String {
    let element = match of.unwrapped().0.widened() {
        Ty::List(of) | Ty::Map(of) => of.display(db).to_string(),
        _ => "T".to_owned(),
    };
    let argument = |argument: &Argument| match argument {
        Argument::Value(ty) => ty.display(db).to_string(),
        Argument::Element => element.clone(),
        Argument::Same => of.display(db).to_string(),
        Argument::Accumulator => "U".to_owned(),
        Argument::Closure(parameters, result) => {
            let bars: Vec<&str> = parameters
                .iter()
                .map(|parameter| match parameter {
                    ci_sema::builtin::Parameter::Element => "value",
                    ci_sema::builtin::Parameter::Key => "key",
                    ci_sema::builtin::Parameter::Accumulator => "so_far",
                })
                .collect();
            let result = result.as_ref().map_or_else(|| "U".to_owned(), |ty| ty.display(db).to_string());
            format!("|{}| {result}", bars.join(", "))
        }
    };
    let arguments: Vec<String> = method.arguments.iter().map(argument).collect();
    let result = match &method.result {
        MethodType::Of(ty) => ty.display(db).to_string(),
        MethodType::Element => element.clone(),
        MethodType::OptionalElement => format!("{element}?"),
        MethodType::Elements | MethodType::Flattened => format!("List<{element}>"),
        MethodType::Same => of.display(db).to_string(),
        MethodType::ListOfClosure | MethodType::FlatClosure => "List<U>".to_owned(),
        MethodType::MapOfClosure => "Map<U>".to_owned(),
        MethodType::MapOfElements => format!("Map<{element}>"),
        MethodType::MapOfLists => format!("Map<List<{element}>>"),
        MethodType::ListOfLists => format!("List<List<{element}>>"),
        MethodType::Entries => format!("List<{{ key: String, value: {element} }}>"),
        MethodType::Accumulator => "U".to_owned(),
    };
    format!("{}({}) -> {result}", method.name, arguments.join(", "))
}
