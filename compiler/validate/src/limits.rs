//! Parameters, outputs and their names. What is counted over a whole template is counted where it is made.

use ci_base::{Code, Diagnostic};
use ci_graph::{Late, Origin, Parameter, Stack, Value};

use rustc_hash::FxHashSet;

use crate::words;

/// Names of parameters, outputs and resources.
const NAME: usize = 255;
/// Bytes of a parameter's value.
const PARAMETER_VALUE: usize = 4096;

/// Resource types that parameters can be identifiers of, as `AWS::X::Y::Id`.
const PARAMETER_TYPES: [&str; 10] = [
    "AWS::EC2::AvailabilityZone::Name",
    "AWS::EC2::Image::Id",
    "AWS::EC2::Instance::Id",
    "AWS::EC2::KeyPair::KeyName",
    "AWS::EC2::SecurityGroup::GroupName",
    "AWS::EC2::SecurityGroup::Id",
    "AWS::EC2::Subnet::Id",
    "AWS::EC2::VPC::Id",
    "AWS::EC2::Volume::Id",
    "AWS::Route53::HostedZone::Id",
];

/// Checks parameters and outputs.
pub(crate) fn check(stack: &Stack, findings: &mut Vec<Diagnostic<Origin>>) {
    for parameter in &stack.parameters {
        name("parameter", &parameter.name, parameter.origin, findings);
        check_parameter(parameter, findings);
    }
    shared_names(stack, findings);
    for output in &stack.outputs {
        name("output", &output.name, output.value.origin, findings);
        if matches!(output.value.value, Value::List(_) | Value::Record(_)) {
            let message = format!(
                "output `{}` must be text, found {}",
                output.name,
                words::kind_of(&output.value.value)
            );
            findings.push(
                Diagnostic::new(Code::TypeMismatch, output.value.origin, message)
                    .help("join the elements of a list, or give each its own output"),
            );
        }
    }
    for resource in &stack.resources {
        if resource.logical_id.len() > NAME {
            name("resource", &resource.logical_id, resource.origin, findings);
        }
    }
}

fn name(what: &str, name: &str, at: Origin, findings: &mut Vec<Diagnostic<Origin>>) {
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        let message = format!("the {what} name {} must be letters and digits", words::quote(name));
        findings.push(Diagnostic::new(Code::InvalidName, at, message));
    } else if name.len() > NAME {
        let message = format!(
            "the {what} name {} has {} characters, and can have {NAME}",
            words::quote(name),
            name.len()
        );
        findings.push(Diagnostic::new(Code::InvalidName, at, message));
    }
}

/// A template has one namespace for parameters and resources.
fn shared_names(stack: &Stack, findings: &mut Vec<Diagnostic<Origin>>) {
    if stack.parameters.is_empty() {
        return;
    }
    let names: FxHashSet<&str> = stack.parameters.iter().map(|parameter| &*parameter.name).collect();
    for resource in stack.resources.iter().filter(|resource| names.contains(&*resource.logical_id)) {
        let message =
            format!("a parameter and a resource are both named `{}` in the template", resource.logical_id);
        findings.push(Diagnostic::new(Code::DuplicateLogicalId, resource.origin, message));
    }
}

fn check_parameter(parameter: &Parameter, findings: &mut Vec<Diagnostic<Origin>>) {
    let name = &parameter.name;
    if !is_type(&parameter.parameter_type) {
        let message =
            format!("parameter `{name}` has the type `{}`, which does not exist", parameter.parameter_type);
        findings.push(Diagnostic::new(Code::InvalidParameter, parameter.origin, message));
        return;
    }
    let constraints = &parameter.constraints;
    let mut invalid = |at: Origin, message: String| {
        findings.push(Diagnostic::new(Code::InvalidParameter, at, message));
    };
    if constraints.min_length.zip(constraints.max_length).is_some_and(|(least, most)| least > most) {
        invalid(
            parameter.origin,
            format!("no value of parameter `{name}` can be long enough and short enough"),
        );
    }
    if constraints.min_value.zip(constraints.max_value).is_some_and(|(least, most)| least > most) {
        invalid(
            parameter.origin,
            format!("no value of parameter `{name}` can be large enough and small enough"),
        );
    }
    let Some(default) = &parameter.default else { return };
    let at = default.origin;
    match &default.value {
        Value::String(text) => {
            if text.len() > PARAMETER_VALUE {
                invalid(
                    at,
                    format!("the default of parameter `{name}` is longer than {PARAMETER_VALUE} bytes"),
                );
            }
            let length = i64::try_from(text.chars().count()).unwrap_or(i64::MAX);
            if constraints.min_length.is_some_and(|least| length < least)
                || constraints.max_length.is_some_and(|most| length > most)
            {
                invalid(
                    at,
                    format!("the default of parameter `{name}` is not of the length the parameter asks for"),
                );
            }
            if parameter.parameter_type.as_ref() == "Number" && text.parse::<f64>().is_err() {
                invalid(
                    at,
                    format!(
                        "the default of parameter `{name}` must be a number, found {}",
                        words::quote(text)
                    ),
                );
            }
        }
        Value::Int(number)
            if (constraints.min_value.is_some_and(|least| *number < least)
                || constraints.max_value.is_some_and(|most| *number > most)) =>
        {
            invalid(at, format!("the default of parameter `{name}` is out of the parameter's own range"));
        }
        Value::Late(late) if !matches!(**late, Late::If { .. }) => {
            invalid(at, format!("the default of parameter `{name}` must be known"));
        }
        _ => {}
    }
    if !constraints.allowed_values.is_empty() && !constraints.allowed_values.contains(&default.value) {
        let allowed: Vec<String> = constraints.allowed_values.iter().map(words::short).collect();
        invalid(
            at,
            format!(
                "the default of parameter `{name}` is {}, and allowed are {}",
                words::short(&default.value),
                allowed.join(", ")
            ),
        );
    }
}

fn is_type(name: &str) -> bool {
    if matches!(
        name,
        "String"
            | "Number"
            | "CommaDelimitedList"
            | "List<Number>"
            | "List<String>"
            | "AWS::SSM::Parameter::Name"
    ) {
        return true;
    }
    if let Some(inner) =
        name.strip_prefix("AWS::SSM::Parameter::Value<").and_then(|rest| rest.strip_suffix('>'))
    {
        return matches!(inner, "String" | "List<String>" | "CommaDelimitedList") || is_identifier(inner);
    }
    is_identifier(name)
}

fn is_identifier(name: &str) -> bool {
    let inner = name.strip_prefix("List<").and_then(|rest| rest.strip_suffix('>')).unwrap_or(name);
    PARAMETER_TYPES.contains(&inner)
}
