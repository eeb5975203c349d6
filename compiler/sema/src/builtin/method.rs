//! The methods of the language's types: names, arguments and results.
//!
//! One table serves the type checker, suggestions and documentation. A type variable `T` stands for the element of
//! the receiver, `U` for what a closure returns.

use crate::ty::{NodeType, Ty};

/// What a method takes in one position.
#[derive(Clone, Debug)]
pub enum Argument {
    /// A value of this type.
    Value(Ty),
    /// A value of the element's type.
    Element,
    /// A list of elements or a value of the receiver's own type.
    Same,
    /// A closure over these, whose result must be of the given type, or may be anything.
    Closure(Vec<Parameter>, Option<Ty>),
    /// A value of any type, which the closure's first parameter and the result then have.
    Accumulator,
}

/// What a closure is called with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parameter {
    /// The element, or the value of a map.
    Element,
    /// The key of a map.
    Key,
    /// What has been accumulated.
    Accumulator,
}

/// What a method returns.
#[derive(Clone, Debug)]
pub enum MethodType {
    /// Always this.
    Of(Ty),
    /// The element.
    Element,
    /// The element, or `none`.
    OptionalElement,
    /// A list of elements.
    Elements,
    /// The receiver's own type.
    Same,
    /// A list of what the closure returns.
    ListOfClosure,
    /// A map of what the closure returns.
    MapOfClosure,
    /// The element of the list that the closure returns, in a list.
    FlatClosure,
    /// The elements of the elements.
    Flattened,
    /// A map of elements.
    MapOfElements,
    /// A map of lists of elements.
    MapOfLists,
    /// Lists of elements.
    ListOfLists,
    /// Records of a key and an element.
    Entries,
    /// What the accumulator is.
    Accumulator,
}

/// A method.
#[derive(Clone, Debug)]
pub struct Method {
    /// Its name.
    pub name: &'static str,
    /// What it takes.
    pub arguments: Vec<Argument>,
    /// How many of those must be given.
    pub required: usize,
    /// What it returns.
    pub result: MethodType,
    /// One line of documentation.
    pub doc: &'static str,
}

fn method(name: &'static str, arguments: Vec<Argument>, result: MethodType, doc: &'static str) -> Method {
    Method { name, required: arguments.len(), arguments, result, doc }
}

fn optional(
    name: &'static str,
    arguments: Vec<Argument>,
    required: usize,
    result: MethodType,
    doc: &'static str,
) -> Method {
    Method { name, arguments, required, result, doc }
}

/// The methods of a type.
pub fn methods(ty: &Ty) -> Vec<Method> {
    let mut found = match ty.widened() {
        Ty::Int | Ty::Port => int(),
        Ty::Float => float(),
        Ty::Duration => vec![
            method("seconds", vec![], MethodType::Of(Ty::Int), "The whole number of seconds."),
            method("minutes", vec![], MethodType::Of(Ty::Int), "The number of minutes; must be whole."),
            method("hours", vec![], MethodType::Of(Ty::Int), "The number of hours; must be whole."),
            method("days", vec![], MethodType::Of(Ty::Int), "The number of days; must be whole."),
        ],
        Ty::Size => vec![
            method("bytes", vec![], MethodType::Of(Ty::Int), "The number of bytes."),
            method("kib", vec![], MethodType::Of(Ty::Int), "The number of KiB (1,024 bytes); must be whole."),
            method("mib", vec![], MethodType::Of(Ty::Int), "The number of MiB; must be whole."),
            method("gib", vec![], MethodType::Of(Ty::Int), "The number of GiB; must be whole."),
        ],
        Ty::Enum(_) => vec![
            method("name", vec![], MethodType::Of(Ty::String), "The name of the variant."),
            method("value", vec![], MethodType::Of(Ty::String), "The text that stands for the variant."),
        ],
        Ty::List(_) => list(),
        Ty::Map(_) | Ty::Record(_) | Ty::Struct(_) => map(),
        Ty::Json => [text(), list(), map()].concat(),
        Ty::Range => vec![method("to_list", vec![], MethodType::Of(Ty::Int.list()), "Its numbers.")],
        Ty::Cidr => [cidr(), text()].concat(),
        Ty::Node(node) if node.kinds().is_any() || node.kinds().is_json_document() => {
            [text(), list(), map()].concat()
        }
        ty if ty.is_text() => [text(), cidr()].concat(),
        Ty::Node(node) => {
            let kinds = node.kinds();
            let mut all = Vec::new();
            if kinds.contains(ci_catalog::Kinds::ARRAY) {
                all.extend(list());
            }
            if kinds.contains(ci_catalog::Kinds::OBJECT) {
                all.extend(map());
            }
            if kinds.contains(ci_catalog::Kinds::INTEGER) {
                all.extend(int());
            }
            all
        }
        Ty::Resource(resource) => {
            let properties = NodeType { resource: *resource, id: resource.0.root() };
            vec![method(
                "written",
                vec![],
                MethodType::Of(Ty::Node(properties)),
                "The properties it was made with; those that may be missing are read with `?.`.",
            )]
        }
        _ => Vec::new(),
    };
    if !matches!(
        ty.widened(),
        Ty::Secret(_) | Ty::Closure(_) | Ty::Unit(_) | Ty::Resource(_) | Ty::Interface(_) | Ty::Internet
    ) {
        found.push(method("to_json", vec![], MethodType::Of(Ty::String), "The value as JSON text."));
    }
    found
}

fn value(ty: Ty) -> Argument {
    Argument::Value(ty)
}

fn predicate() -> Argument {
    Argument::Closure(vec![Parameter::Element], Some(Ty::Bool))
}

fn int() -> Vec<Method> {
    vec![
        method("to_string", vec![], MethodType::Of(Ty::String), "The number as text."),
        method("to_float", vec![], MethodType::Of(Ty::Float), "The same number as a `Float`."),
        method("abs", vec![], MethodType::Same, "The number without its sign."),
        method("min", vec![value(Ty::Int)], MethodType::Same, "The smaller of two."),
        method("max", vec![value(Ty::Int)], MethodType::Same, "The greater of two."),
        method(
            "clamp",
            vec![value(Ty::Int), value(Ty::Int)],
            MethodType::Same,
            "The nearest number between two.",
        ),
        method("pow", vec![value(Ty::Int)], MethodType::Same, "The number multiplied by itself."),
        method(
            "pad",
            vec![value(Ty::Int)],
            MethodType::Of(Ty::String),
            "As text, with leading zeros to this width.",
        ),
    ]
}

fn float() -> Vec<Method> {
    vec![
        method("to_string", vec![], MethodType::Of(Ty::String), "The number as text."),
        method("round", vec![], MethodType::Of(Ty::Int), "The nearest whole number."),
        method("floor", vec![], MethodType::Of(Ty::Int), "The next lower whole number."),
        method("ceil", vec![], MethodType::Of(Ty::Int), "The next higher whole number."),
        method("abs", vec![], MethodType::Same, "The number without its sign."),
        method("min", vec![value(Ty::Float)], MethodType::Same, "The smaller of two."),
        method("max", vec![value(Ty::Float)], MethodType::Same, "The greater of two."),
    ]
}

fn text() -> Vec<Method> {
    let string = || MethodType::Of(Ty::String);
    let truth = || MethodType::Of(Ty::Bool);
    let one = || vec![value(Ty::String)];
    vec![
        method("len", vec![], MethodType::Of(Ty::Int), "The number of characters, or elements."),
        method("is_empty", vec![], truth(), "Whether there is nothing in it."),
        method("contains", one(), truth(), "Whether the other text occurs in it."),
        method("starts_with", one(), truth(), "Whether it begins with the other text."),
        method("ends_with", one(), truth(), "Whether it ends with the other text."),
        method("matches", one(), truth(), "Whether the whole text matches a regular expression."),
        method("to_upper", vec![], string(), "In upper case."),
        method("to_lower", vec![], string(), "In lower case."),
        method("trim", vec![], string(), "Without white space around it."),
        method("strip_prefix", one(), string(), "Without the other text at its beginning."),
        method("strip_suffix", one(), string(), "Without the other text at its end."),
        method(
            "replace",
            vec![value(Ty::String), value(Ty::String)],
            string(),
            "With every occurrence of one text replaced by another.",
        ),
        method(
            "split",
            one(),
            MethodType::Of(Ty::String.list()),
            "The texts between the occurrences of a separator; also at deployment.",
        ),
        method("lines", vec![], MethodType::Of(Ty::String.list()), "Its lines."),
        optional(
            "slice",
            vec![value(Ty::Int), value(Ty::Int)],
            1,
            string(),
            "The characters from one position up to another.",
        ),
        method("repeat", vec![value(Ty::Int)], string(), "The text several times."),
        method(
            "to_int",
            vec![],
            MethodType::Of(Ty::Int.option()),
            "The whole number it says, if it says one.",
        ),
        method("to_string", vec![], string(), "The text itself."),
        method("base64", vec![], string(), "As base64; also at deployment."),
        method("sha256", vec![], string(), "The SHA-256 of its UTF-8 bytes in lower-case hexadecimal."),
        method("pascal_case", vec![], string(), "`order-items` as `OrderItems`."),
        method("kebab_case", vec![], string(), "`OrderItems` as `order-items`."),
        method("snake_case", vec![], string(), "`OrderItems` as `order_items`."),
        method(
            "key_arn",
            vec![],
            MethodType::Of(Ty::Arn.option()),
            "The ARN of the KMS key that it names, by ARN, id or alias; `none` of a key that AWS manages.",
        ),
        method("parse_json", vec![], MethodType::Of(Ty::Json), "The JSON value it holds."),
    ]
}

fn cidr() -> Vec<Method> {
    vec![
        method("prefix", vec![], MethodType::Of(Ty::Int), "The length of its prefix: 16 for `10.0.0.0/16`."),
        method("network", vec![], MethodType::Of(Ty::String), "Its first address."),
        method("netmask", vec![], MethodType::Of(Ty::String), "Its mask: `255.255.0.0`."),
        method(
            "host",
            vec![value(Ty::Int)],
            MethodType::Of(Ty::String),
            "The address at a position; negative counts from the end.",
        ),
        method(
            "subnet",
            vec![value(Ty::Int), value(Ty::Int)],
            MethodType::Of(Ty::Cidr),
            "The part with a longer prefix at a position: `cidr.subnet(24, 3)`.",
        ),
        method(
            "subnets",
            vec![value(Ty::Int), value(Ty::Int)],
            MethodType::Of(Ty::Cidr.list()),
            "A number of parts that leave each so many host bits; also at deployment.",
        ),
        method(
            "contains_range",
            vec![value(Ty::Cidr)],
            MethodType::Of(Ty::Bool),
            "Whether another range lies in it.",
        ),
        method(
            "overlaps",
            vec![value(Ty::Cidr)],
            MethodType::Of(Ty::Bool),
            "Whether another range shares an address with it.",
        ),
    ]
}

fn list() -> Vec<Method> {
    let over = |result| vec![Argument::Closure(vec![Parameter::Element], result)];
    vec![
        method("len", vec![], MethodType::Of(Ty::Int), "The number of elements."),
        method("is_empty", vec![], MethodType::Of(Ty::Bool), "Whether there is nothing in it."),
        method("first", vec![], MethodType::OptionalElement, "The first element, if there is one."),
        method("last", vec![], MethodType::OptionalElement, "The last element, if there is one."),
        method(
            "contains",
            vec![Argument::Element],
            MethodType::Of(Ty::Bool),
            "Whether a value is among its elements.",
        ),
        method(
            "index_of",
            vec![Argument::Element],
            MethodType::Of(Ty::Int.option()),
            "The position of a value.",
        ),
        method("map", over(None), MethodType::ListOfClosure, "What a closure makes of every element."),
        method(
            "flat_map",
            over(None),
            MethodType::FlatClosure,
            "The lists a closure makes of every element, in one.",
        ),
        method("filter", vec![predicate()], MethodType::Same, "The elements for which a closure holds."),
        method(
            "find",
            vec![predicate()],
            MethodType::OptionalElement,
            "The first element for which a closure holds.",
        ),
        method("any", vec![predicate()], MethodType::Of(Ty::Bool), "Whether a closure holds for an element."),
        method(
            "all",
            vec![predicate()],
            MethodType::Of(Ty::Bool),
            "Whether a closure holds for every element.",
        ),
        method(
            "fold",
            vec![
                Argument::Accumulator,
                Argument::Closure(vec![Parameter::Accumulator, Parameter::Element], None),
            ],
            MethodType::Accumulator,
            "What a closure makes of a first value and one element after the other.",
        ),
        method("flatten", vec![], MethodType::Flattened, "The elements of its lists, in one list."),
        method(
            "join",
            vec![value(Ty::String)],
            MethodType::Of(Ty::String),
            "Its texts with a separator between them; also at deployment.",
        ),
        method("concat", vec![Argument::Same], MethodType::Same, "Its elements and those of another list."),
        method("reverse", vec![], MethodType::Same, "From the last to the first."),
        method("sort", vec![], MethodType::Same, "In ascending order."),
        method(
            "sort_by",
            over(None),
            MethodType::Same,
            "In ascending order of what a closure makes of every element.",
        ),
        method("unique", vec![], MethodType::Same, "Without repetitions; the first of each stays."),
        method("sum", vec![], MethodType::Element, "All numbers added up."),
        method("min", vec![], MethodType::OptionalElement, "The least."),
        method("max", vec![], MethodType::OptionalElement, "The greatest."),
        optional(
            "slice",
            vec![value(Ty::Int), value(Ty::Int)],
            1,
            MethodType::Same,
            "The elements from one position up to another.",
        ),
        method("take", vec![value(Ty::Int)], MethodType::Same, "The first so many."),
        method("skip", vec![value(Ty::Int)], MethodType::Same, "All but the first so many."),
        method("chunks", vec![value(Ty::Int)], MethodType::ListOfLists, "In lists of so many."),
        method(
            "to_map",
            over(Some(Ty::String)),
            MethodType::MapOfElements,
            "By the key that a closure gives each element; keys are unique.",
        ),
        method(
            "group_by",
            over(Some(Ty::String)),
            MethodType::MapOfLists,
            "In lists by the key that a closure gives each element.",
        ),
    ]
}

fn map() -> Vec<Method> {
    let over = |result| Argument::Closure(vec![Parameter::Key, Parameter::Element], result);
    vec![
        method("len", vec![], MethodType::Of(Ty::Int), "The number of entries."),
        method("is_empty", vec![], MethodType::Of(Ty::Bool), "Whether there is nothing in it."),
        method("keys", vec![], MethodType::Of(Ty::String.list()), "The names, in their order."),
        method("values", vec![], MethodType::Elements, "The values, in the order of their names."),
        method(
            "get",
            vec![value(Ty::String)],
            MethodType::OptionalElement,
            "The value of a name, if there is one.",
        ),
        method(
            "contains_key",
            vec![value(Ty::String)],
            MethodType::Of(Ty::Bool),
            "Whether there is a value of a name.",
        ),
        method("entries", vec![], MethodType::Entries, "Records of a `key` and a `value`."),
        method(
            "map_values",
            vec![over(None)],
            MethodType::MapOfClosure,
            "What a closure makes of every key and value, under the same names.",
        ),
        method(
            "filter",
            vec![over(Some(Ty::Bool))],
            MethodType::Same,
            "The entries for whose key and value a closure holds.",
        ),
        method(
            "merge",
            vec![Argument::Same],
            MethodType::Same,
            "With the entries of another map, which win.",
        ),
    ]
}
