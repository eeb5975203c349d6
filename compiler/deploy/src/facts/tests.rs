//! The tables say nothing that the catalog does not know.

use std::collections::BTreeSet;

use ci_catalog::{Handler, ResourceSchema, iam, resource_type};

use super::*;

fn schema(name: &str) -> &'static ResourceSchema {
    resource_type(name).unwrap_or_else(|| panic!("{name} is no resource type"))
}

#[test]
fn names_are_of_properties_and_variables_that_exist() {
    for (name, naming) in &NAMES.types {
        let schema = schema(name);
        let template = schema.arn_template().unwrap_or_default();
        let property = naming.property.iter().chain(&naming.path).chain(naming.vars.values());
        for property in property {
            assert!(schema.node_at(property).is_some(), "{name} has no property {property}");
            assert!(!schema.is_read_only(property), "{name}.{property} is for AWS to say");
        }
        let variables = naming.variable.iter().chain(naming.vars.keys()).chain(&naming.unknown);
        for variable in variables {
            assert!(template.contains(&format!("${{{variable}}}")), "{name}: {template} has no {variable}");
        }
        if let Some(generated) = &naming.generated {
            assert!(generated.ends_with('*'), "{name}: the end of a generated name is random");
        }
        assert!(!naming.review.is_empty(), "{name}: nobody says where this is from");
    }
}

#[test]
fn needs_are_actions_of_handlers_and_properties_that_exist() {
    for (name, needs) in &NEEDS.types {
        let schema = schema(name);
        let mut of_handlers: BTreeSet<&str> = BTreeSet::new();
        for handler in Handler::ALL {
            of_handlers.extend(schema.handler_permissions(handler).unwrap_or_default());
            of_handlers.extend(needs.of(handler).unwrap_or_default().iter().map(String::as_str));
        }
        for action in Handler::ALL.into_iter().filter_map(|handler| needs.of(handler)).flatten() {
            assert!(iam::is_known_action(action), "{name}: {action}");
        }
        for (action, properties) in &needs.when {
            assert!(iam::is_known_action(action), "{name}: {action}");
            assert!(of_handlers.contains(action.as_str()), "{name}: no handler needs {action}");
            for property in properties.iter().map(|path| path.split('=').next().unwrap_or_default()) {
                assert!(schema.node_at(property).is_some(), "{name} has no property {property}");
            }
        }
        for (action, arns) in &needs.on {
            let begins = action.trim_end_matches('*');
            let listed: Vec<&&str> = of_handlers.iter().filter(|listed| listed.starts_with(begins)).collect();
            assert!(!listed.is_empty(), "{name}: no handler needs {action}");
            for arn in arns.iter().filter(|arn| arn.starts_with("arn:")) {
                let service = arn.split(':').nth(2).unwrap_or_default();
                assert_eq!(Some(service), action.split(':').next(), "{name}: {arn}");
            }
            // A resource is given only to actions that take one.
            for action in listed {
                let known = iam::action(action).unwrap_or_else(|| panic!("{action}"));
                assert!(!known.resources.is_empty(), "{name}: {action} takes no resource");
            }
        }
        for action in &needs.related {
            assert!(of_handlers.contains(action.as_str()), "{name}: no handler needs {action}");
        }
        for (action, keys) in &needs.only {
            let known = iam::action(action).unwrap_or_else(|| panic!("{name}: {action}"));
            for (key, whose) in keys {
                assert!(known.condition_keys.contains(&key.as_str()), "{name}: {action} has no {key}");
                if whose.contains("::") {
                    assert!(self::schema(whose).arn_template().is_some(), "{whose}");
                } else {
                    assert!(schema.node_at(whose).is_some(), "{name} has no property {whose}");
                }
            }
        }
        assert!(needs.review.as_ref().is_some_and(|review| !review.is_empty()), "{name}: no review");
        // Where the schema has handlers, the table must not take the place of them.
        if schema.handler_permissions(Handler::Create).is_none() {
            assert!(needs.create.is_some(), "{name}: nothing says what it needs");
        }
    }
}

#[test]
fn narrowing_takes_nothing_away_that_makes_or_removes_the_resource() {
    for (name, needs) in &NEEDS.types {
        let last = name.rsplit("::").next().unwrap_or_default();
        for (action, properties) in needs.when.iter().filter(|(_, properties)| properties.is_empty()) {
            let verb = action.split_once(':').map_or("", |(_, verb)| verb);
            for making in ["Create", "Delete"] {
                assert_ne!(verb, format!("{making}{last}"), "{name}: {action} {properties:?}");
            }
        }
    }
}

#[test]
fn what_is_left_out_is_no_action_and_stands_for_some_that_are() {
    assert!(LEFT_OUT.actions.len() > 150);
    for (name, left) in &LEFT_OUT.actions {
        assert!(!iam::is_known_action(name), "{name} is an action by now");
        assert!(left.instead.iter().all(|action| iam::is_known_action(action)), "{name}: {:?}", left.instead);
        assert!(!left.why.is_empty());
        for (type_name, handlers) in &left.types {
            assert!(resource_type(type_name).is_some(), "{name}: {type_name}");
            let is_handler = |name: &String| Handler::ALL.iter().any(|handler| handler.name() == name);
            assert!(handlers.iter().all(is_handler), "{name}: {handlers:?}");
        }
    }
    let of_query_logs: Vec<&str> =
        instead("AWS::Route53Resolver::ResolverQueryLoggingConfig", Handler::Delete).collect();
    assert!(of_query_logs.contains(&"route53resolver:DeleteResolverQueryLogConfig"), "{of_query_logs:?}");
}

#[test]
fn services_are_principals() {
    for (name, services) in SERVICES.passed.iter().chain(&SERVICES.linked) {
        let has_type = ci_catalog::resource_types()
            .any(|known| known == name || known.starts_with(&format!("{name}::")));
        assert!(has_type, "{name}");
        assert!(services.iter().all(|service| service.ends_with(".amazonaws.com")), "{name}: {services:?}");
    }
    assert_eq!(
        passed_to("AWS::Lambda::Function", Some("lambda")),
        (vec!["lambda.amazonaws.com".to_owned()], false)
    );
}

#[test]
fn what_a_project_adds_is_checked() {
    let wrong = Supplied::parse("[types.\"AWS::QLDB::Ledger\"]\ncreate = [\"qldb:MakeLedger\"]");
    assert_eq!(
        wrong,
        Err("`AWS::QLDB::Ledger` needs `qldb:MakeLedger`, which is no action of IAM".to_owned())
    );
    assert!(Supplied::parse("[types.\"AWS::QLDB::Ledger\"]\nmake = []").is_err());
    assert!(Supplied::parse("[types.\"A::B::C\"]\ncreate = [\"sqs:CreateQueue\"]").is_ok());
}
