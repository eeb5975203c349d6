//! Mistakes, and what is said about them: the place, the message, the help.
#![allow(clippy::needless_raw_string_hashes, reason = "every source is written the same way")]

mod common;

use common::TestDatabase;

/// One test for each mistake; its snapshot shows the source and what is said about it.
macro_rules! mistakes {
    ($($name:ident: $source:literal;)*) => {
        $(
            #[test]
            fn $name() {
                let source = $source.trim_start();
                let shown = format!("{source}\n{}", TestDatabase::new(source).report());
                insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
                    insta::assert_snapshot!(stringify!($name), shown);
                });
            }
        )*
    };
}

mistakes! {
    a_property_with_a_slip: r#"
service S { let queue = aws::sqs::Queue { VisibilityTimeot: 30 }; }
"#;

    a_resource_type_in_the_wrong_case: r#"
service S { let queue = aws::sqs::queue { }; }
"#;

    an_unknown_service: r#"
service S { let queue = aws::sqss::Queue { }; }
"#;

    a_name_that_std_or_aws_has: r#"
service S { let queue = LogGroup { }; }
"#;

    a_duration_where_seconds_are_wanted: r#"
service S { let queue = aws::sqs::Queue { VisibilityTimeout: 30s }; }
"#;

    the_id_of_another_resource: r#"
component Net { input subnet: Id<aws::ec2::Subnet>; }
service S {
    let group = aws::ec2::SecurityGroup { GroupDescription: "x" };
    let net = Net { subnet: group.GroupId };
}
"#;

    a_read_only_property: r#"
service S { let topic = aws::sns::Topic { TopicArn: "x" }; }
"#;

    an_attribute_with_a_slip: r#"
service S {
    let topic = aws::sns::Topic {};
    output arn: String = topic.TopikArn;
}
"#;

    a_missing_input: r#"
component C { input size: Int; input name: String = "x"; }
service S { let c = C { nam: "y" }; }
"#;

    a_secret_in_an_output: r#"
service S {
    param password: Secret<String>;
    output leaked: String = password;
}
"#;

    a_secret_in_an_environment: r#"
service S {
    let f = aws::lambda::Function {
        Role: "arn:aws:iam::123456789012:role/r",
        Code: { ZipFile: "x" },
        Environment: { Variables: { "PASSWORD": secret("db", "password") } },
    };
}
"#;

    a_match_with_a_hole: r#"
enum Stage { Dev, Test, Prod }
fn size(stage: Stage) -> Int { match stage { Stage::Dev => 1, Stage::Prod => 3 } }
"#;

    a_wildcard_action: r#"
service S {
    let bucket = aws::s3::Bucket {};
    let policy = aws::s3::BucketPolicy { Bucket: bucket.BucketName, PolicyDocument: policy([
        allow s3::* on ["{bucket.Arn}/*"] to aws_service("x.amazonaws.com"),
    ]) };
}
"#;

    an_action_with_a_slip: r#"
const READ: Actions = s3::GetObjekt;
"#;

    a_component_in_itself: r#"
component A { let b = B {}; }
component B { let a = A {}; }
service S { let a = A {}; }
"#;

    a_function_that_calls_itself: r#"
fn f(n: Int) -> Int { f(n - 1) }
service S { let queue = aws::sqs::Queue { DelaySeconds: f(3) }; }
"#;

    values_in_a_circle: r#"
service S {
    let a: Int = b;
    let b: Int = a;
    let queue = aws::sqs::Queue { DelaySeconds: a };
}
"#;

    a_loop_over_a_late_list: r#"
service S {
    let subnets = for zone in aws::availability_zones() { zone => aws::ec2::Subnet { VpcId: "vpc-12345678" } };
}
"#;

    resources_in_a_list: r#"
service S { let queues = [aws::sqs::Queue {}, aws::sqs::Queue {}]; }
"#;

    two_names_that_become_one: r#"
service S {
    let order_queue = aws::sqs::Queue {};
    let orderQueue = aws::sqs::Queue {};
}
"#;

    overflow_and_division: r#"
const BIG: Int = 9223372036854775807 + 1;
const ZERO: Int = 1 / 0;
service S { let queue = aws::sqs::Queue { DelaySeconds: BIG, VisibilityTimeout: ZERO }; }
"#;

    an_assertion: r#"
service S {
    input zones: Int = 1;
    assert zones >= 2, "spread over at least two zones";
}
"#;

    a_file_outside: r#"
const TEXT: String = text("../secret.txt");
service S { let topic = aws::sns::Topic { DisplayName: TEXT }; }
"#;

    an_allow_without_a_reason: r#"
service S {
    #[allow(wildcard_action)]
    let topic = aws::sns::Topic {};
}
"#;

    a_need_that_nobody_fills: r#"
interface Api { url: Url; }
service Web { needs api: Api; let topic = aws::sns::Topic { DisplayName: "{api.url}" }; }
app Shop { let web = Web {}; }
"#;

    services_in_a_circle: r#"
interface Api { url: Url; }
service A { needs other: Api; provides api: Api = { url: "{other.url}/a" }; }
service B { needs other: Api; provides api: Api = { url: "{other.url}/b" }; }
app Shop {
    let a = A { other: b.api };
    let b = B { other: a.api };
}
"#;

    a_resource_passed_into_a_service: r#"
service A { input name: String; }
app Shop {
    let queue = aws::sqs::Queue {};
    let a = A { name: queue.QueueName };
}
"#;

    capabilities_that_are_none: r#"
component C {
    let queue = aws::sqs::Queue {};
    capability read = "sqs:ReceiveMessage";
    capability write: Statement = allow sqs::SendMessage on [queue.Arn];
    capability purge;
}
service S { capability all = allow sqs::SendMessage on ["*"]; let c = C {}; }
"#;

    what_is_used_and_no_capability: r#"
component Jobs {
    let queue = aws::sqs::Queue {};
    capability send = allow sqs::SendMessage on [queue.Arn];
    output url: String = queue.QueueUrl;
}
component Job { input uses: List<Capability>; }
service S {
    let jobs = Jobs {};
    let job = Job { uses: [jobs.sned, jobs.url, jobs] };
}
"#;

    a_right_that_cannot_cross: r#"
interface Shipping { send: Capability; }
service Warehouse {
    param zone: String;
    let queue = aws::sqs::Queue {};
    let other = if zone == "a" { aws::sqs::Queue {} };
    provides shipping: Shipping = { send: allow sqs::SendMessage on [if zone == "b" { queue.Arn } else { "arn:aws:sqs:*:*:b" }] };
}
service Orders {
    needs shipping: Shipping;
    let rights = aws::iam::ManagedPolicy { PolicyDocument: policy(shipping.send) };
}
app Shop {
    let warehouse = Warehouse {};
    let orders = Orders { shipping: warehouse.shipping };
}
"#;
}
