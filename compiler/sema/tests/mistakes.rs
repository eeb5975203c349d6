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

    a_text_where_a_variant_is_wanted: r#"
enum Runtime { Nodejs24 = "nodejs24.x", Python314 = "python3.14" }
component Function { input runtime: Runtime?; }
service S {
    let exact = Function { runtime: "nodejs24.x" };
    let near = Function { runtime: "python3.41" };
    let named = Function { runtime: "Nodejs2" };
    let neither = Function { runtime: "cobol" };
}
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

    the_administration_of_a_key_and_what_is_not: r#"
service S {
    let key = aws::kms::Key { KeyPolicy: policy([allow kms::* on ["*"] to aws_account(aws::account_id)]) };
    let queue = aws::sqs::Queue {};
    let policy = aws::sqs::QueuePolicy { Queues: [queue.QueueUrl], PolicyDocument: policy([
        allow sqs::* on [queue.Arn] to aws_account(aws::account_id),
    ]) };
    let mine = aws::iam::ManagedPolicy { PolicyDocument: policy([allow kms::* on [key.Arn]]) };
}
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

    outputs_of_rights_that_share_a_name: r#"
interface Shipping { send: Capability; }
interface Names { a_arn: String; }
service Before {
    #[id("A")]
    let queue = aws::sqs::Queue {};
    provides shipping: Shipping = { send: allow sqs::SendMessage on [queue.Arn] };
    provides shipping_send: Names = { a_arn: "not the queue" };
}
service After {
    #[id("A")]
    let queue = aws::sqs::Queue {};
    provides shipping_send: Names = { a_arn: "not the queue" };
    provides shipping: Shipping = { send: allow sqs::SendMessage on [queue.Arn] };
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

    names_that_stand_twice: r#"
enum Stage { Dev, Prod, Dev }
enum Runtime { Node = "nodejs22.x", Latest = "nodejs22.x" }
fn sum(a: Int, a: Int) -> Int { a }
fn mixed(list: List<Int>) -> List<Int> { for (n, n) in list { list.fold(0, |x, x| x) } }
struct Route { path: String, path: String }
interface Api { url: Url, url: Url }
const AGE: { years: Int, years: Int } = { years: 1, years: 2 };
app Shop {
    environment dev {}
    environment dev {}
}
"#;

    keys_that_are_computed_twice: r#"
const KEY: String = "a";
const BASE: Map<Int> = { a: 0 };
const ALL: List<Json> = [
    { [KEY]: 1, ["a"]: 2 },
    { a: 1, [KEY]: 2 },
    { [KEY]: 1, a: 2 },
    { ..BASE, [KEY]: 1 },
];
service S {
    let queue = aws::sqs::Queue {};
    let parameter = aws::ssm::Parameter { Type: "String", Value: ALL.to_json() };
}
"#;

    a_member_and_a_key_that_make_something_twice: r#"
service S {
    let queue = aws::sqs::Queue {};
    let queue = aws::sqs::Queue {};
    let queues = for name in ["a", "b"] { "x" => aws::sqs::Queue {} };
    output url: String = queue.QueueUrl;
    output url: String = queue.QueueUrl;
}
"#;

    something_deprecated: r#"
#[deprecated("use `Inbox`")]
component Mailbox { input delay: Int = 0; let queue = aws::sqs::Queue { DelaySeconds: delay }; }
#[deprecated("use `LATER`")]
const SOON: Int = 5;
#[deprecated("use `Stage`")]
enum Kind { Dev, Prod }
enum Stage { Dev, #[deprecated("use `Dev`")] Test }
#[deprecated("write `n + n`")]
fn twice(n: Int) -> Int { n + n }
struct Route { path: String, #[deprecated("all are `GET`")] method: String = "GET" }
component Inbox {
    input kind: Kind = Kind::Prod;
    let stage = Stage::Test;
    let route = Route { path: "/" };
    let value = aws::ssm::Parameter { Type: "String", Value: "{kind}{stage}{route.method}" };
}
service S {
    let mail = Mailbox { delay: twice(SOON) };
}
"#;

    attributes_where_they_say_nothing: r#"
#[retain]
service S {
    #[id("X")]
    input size: Int = 1;
    #[strong]
    let queue = aws::sqs::Queue { DelaySeconds: size };
    #[deprecated("why")]
    let topic = aws::sns::Topic {};
    #[formerly("x")]
    assert size > 0;
}
struct Route { #[retain] path: String }
enum Stage { #[weak] Dev }
#[depricated("x")]
const A: Int = 1;
#[strong]
fn f() -> Int { 1 }
"#;

    attributes_with_the_wrong_arguments: r#"
const WHY: String = "why";
#[deprecated]
const A: Int = 1;
#[deprecated(WHY)]
const B: Int = 1;
#[allow(reason = "why")]
#[allow(type_mismatch, reason = "why")]
const C: Int = 1;
service S {
    #[retain(true, false)]
    #[id(name = "x")]
    let a = aws::sqs::Queue {};
    #[retain]
    #[retain(false)]
    #[depends_on]
    #[metadata]
    let b = aws::sqs::Queue {};
    #[strong(1)]
    provides url: Url = "https://example.com";
}
"#;

    used_by_whom: r#"
component Pair {
    let left = aws::sqs::Queue {};
    let right = aws::sqs::Queue {};
}
service S {
    #[if_used]
    let pair = Pair {};
    #[if_used(90d)]
    let queue = aws::sqs::Queue {};
    #[if_used]
    output id: String = queue.QueueName;
}
"#;

    late_numbers_that_are_added: r#"
service S {
    param a: Int;
    param b: Int;
    let one = aws::sqs::Queue { DelaySeconds: a + 1 };
    let two = aws::sqs::Queue { DelaySeconds: a + b };
    let text = aws::sns::Topic { DisplayName: "{a}" + "{b}" };
}
"#;

    names_given_to_what_is_not_there: r#"
component C { input size: Int; input name: String; let q = aws::sqs::Queue { DelaySeconds: size, QueueName: name }; }
service S {
    let c = C { siez: 5, name: "a" };
    let d = C { wait: 5, name: "a" };
    let f = aws::lambda::Function { Rol: "arn:aws:iam::123456789012:role/r", Code: { ZipFile: "x" } };
}
app P {
    input region_name: String;
    let s = S {};
    environment dev { region_nam: "eu-west-1" }
}
"#;

    an_import_that_leads_nowhere: r#"
use aws::sqs::Queu;
use crate::nothing::{Mailbox as Inbox};
service S {
    let queue: Queu = Queu {};
    let inbox = Inbox { queue: queue.Arn };
}
"#;

    mistakes_in_what_nobody_uses: r#"
const ZERO: Int = 1 / 0;
const AFTER: Int = ZERO + 1;
fn divided(n: Int) -> Int { if n > 5 { n / 0 } else { third(n) } }
fn third(n: Int) -> Int { [1, 2][3] + n }
fn endless(n: Int) -> Int { endless(n) }
struct Limits { share: Int = 5 % 0, attempts: Int<1..=5> = 9 }
fn fine(path: String, list: List<Int>, some: Int?, data: Json) -> List<Int> {
    [path.len().pow(2), some ?? 5, list[5], ..list.map(|n| 10 / n), ..data.more, ..for n in list { n + 1 }]
}
service S { let queue = aws::sqs::Queue {}; }
"#;

    identifiers_that_are_arns: r#"
component C {
    input any: Arn;
    input secret: Arn<aws::secretsmanager::Secret>;
    let queue = aws::ssm::Parameter { Type: "String", Value: "{any}{secret}" };
}
service S {
    let secret = aws::secretsmanager::Secret {};
    let other = aws::sqs::Queue {};
    let right = C { any: secret.Id, secret: secret.Id };
    let wrong = C { any: other.QueueName, secret: other.Arn };
}
"#;

    a_test_of_what_is_not_there: r##"
component Store { let table = aws::sqs::Queue {}; let count = 3; output _n: Int = count; }
service Orders { let store = Store {}; }
test "nothing is called that" {
    let app = Orders {};
    assert app.stores.table.may(sqs::SendMessage);
    assert app.store.tabel.QueueName == none;
    assert app.store.maybe(sqs::SendMessage);
    assert app.store.may(sqs::SendMesage);
    assert app.store.may(sqs::{SendMessage, ReceiveMessage});
    assert app.store.may(sqs::SendMessage, "arn:aws:sqs:::x");
    assert app.store.may();
    assert app.resources(aws::sqs::Quue).len() == 0;
    assert app.resources(Store).len() == 0;
    assert any(Nothing).may(sqs::*);
    assert any(aws::sqs::Queue, 1).may(sqs::*);
    assert app.store.count;
}
"##;

    a_test_that_makes_what_it_cannot: r##"
service Orders { let queue = aws::sqs::Queue {}; }
test "resources lie in stacks" {
    let queue = aws::sqs::Queue {};
    input number: Int = 1;
    output x: Int = 1;
    let unread = 3;
    let orders = Orders {};
    assert orders.queue.QueueName == queue.QueueName;
}
test "resources lie in stacks" { assert true; }
"##;

    a_test_that_asks_too_early: r##"
service Orders { let count = 3; let queue = aws::sqs::Queue { DelaySeconds: count }; }
test "read before it is made" {
    let orders = [Orders {}.count];
    assert orders.len() == 1;
}
"##;

    a_test_of_what_only_the_deployment_knows: r##"
service Orders {
    param delay: Int = 1;
    let queue = aws::sqs::Queue { DelaySeconds: delay };
}
test "late" {
    let orders = Orders {};
    assert orders.queue.DelaySeconds == 1;
    assert orders.queue.Arn != none;
    assert orders.delay == 1;
}
"##;

    a_test_of_who_has_no_role: r##"
service Orders { let queue = aws::sqs::Queue {}; }
test "queues do nothing" {
    let orders = Orders {};
    assert !orders.queue.may(sqs::SendMessage);
}
"##;

    a_test_that_asks_for_ways_that_cannot_be: r##"
component Store { let bucket = aws::s3::Bucket {}; output count: Int = 3; }
service Orders {
    let store = Store {};
    let server = aws::ec2::Instance {
        ImageId: "ami-0abcdef1234567890",
        SubnetId: "subnet-12345678",
        MetadataOptions: { HttpTokens: "required" },
    };
}
test "who reaches whom" {
    let app = Orders {};
    assert app.server.reaches();
    assert app.server.reaches(intranet);
    assert app.server.reaches(app.store.count);
    assert app.server.reaches(internet, "https");
    assert app.server.reaches(internet, 443, "tls");
    assert app.server.reaches(internet, 70000);
    assert app.server.reaches(internet, 443, "tcp", true);
    assert internet.may(s3::GetObject);
    assert internet.reach(app.server);
    assert internet == app.server;
    assert app.store.reaches(internet);
    assert internet.reaches(app.store.bucket);
    assert !app.server.reaches(internet);
}
service Other { let name = internet; let queue = aws::sqs::Queue { QueueName: internet }; }
"##;

    options_with_slips: r##"
struct Objects { prefix: String = "", depth: Int<1..=3> = 1 }
struct Needed { prefix: String }
struct Alert { threshold: Int }
component Files {
    let bucket = aws::s3::Bucket {};
    capability read: Capability<Objects> = |of| allow s3::GetObject on ["{bucket.Arn}/{of.prefix}*"];
    capability list = allow s3::ListBucket on [bucket.Arn];
    capability plain: Capability<Objects> = allow s3::ListBucket on [bucket.Arn];
    capability needed: Capability<Needed> = |of| allow s3::GetObject on [bucket.Arn];
    capability none_of: Capability<Objects> = || allow s3::GetObject on ["{bucket.Arn}/*"];
    capability wrong: Capability<Objects> = |of| of.prefix;
    capability text: Capability<String> = |of| allow s3::GetObject on ["{bucket.Arn}/*"];
    capability bounds: Capability<1..=3> = allow s3::GetObject on ["{bucket.Arn}/*"];
    output alert: Alert<Objects> = |of| Alert { threshold: of.depth };
    output alerts: Alert<Objects, Objects> = |of| Alert { threshold: of.depth };
    output number: Int<Objects> = 3;
    output name: String = bucket.BucketName;
}
service S {
    let files = Files {};
    let of = |x| x;
    let rights = aws::iam::ManagedPolicy { PolicyDocument: policy([
        files.read { prefx: "a" },
        files.read { prefix: 3 },
        files.read { ["prefix"]: "a" },
        files.read { prefix: "a", depth: 9 },
        files.list { prefix: "a" },
        files.name { prefix: "a" },
        files.alert { depth: 2 },
        files.nothing { depth: 2 },
        files { depth: 2 },
    ]) };
    let low: Int = files.alert { depth: 2 }.threshold;
    let queue = aws::sqs::Queue { DelaySeconds: low };
}
"##;

    options_where_there_are_none: r##"
struct Wait { seconds: Int = 1 }
struct Pause { seconds: Int, name: String }
component Queue {
    let queue = aws::sqs::Queue {};
    output pause: Pause<Wait> = |of| Pause { seconds: of.seconds, name: "x" };
}
component Waits {
    input on: List<Pause>;
    let made = for pause in on { aws::sqs::Queue { DelaySeconds: pause.seconds } };
}
service S {
    param fast: Bool;
    let a = Queue {};
    let b = Queue {};
    let twice = Waits { on: [a.pause, b.pause, a.pause { seconds: 3 }] };
    let plain = Waits { on: [Pause { seconds: 1, name: "y" }] };
    let late = if fast { a.pause } else { b.pause };
    let queue = aws::sqs::Queue { DelaySeconds: late.seconds };
}
test "a test reads" {
    let it = S {};
    assert it.a.pause.seconds == 1;
    assert it.a.pause { seconds: 2 }.seconds == 2;
}
"##;

    options_that_add_rights: r##"
struct Objects { prefix: String = "in/", more: Bool = false, account: String = "" }
component Files {
    let bucket = aws::s3::Bucket {};
    capability read: Capability<Objects> = |of| if of.more {
        allow s3::{GetObject, DeleteObject} on ["{bucket.Arn}/{of.prefix}*"]
    } else {
        allow s3::GetObject on ["{bucket.Arn}/{of.prefix}*"]
    };
    capability when_told: Capability<Objects> = |of| if of.account == "" {
        allow s3::GetObject on ["{bucket.Arn}/*"]
    } else {
        allow s3::GetObject on ["{bucket.Arn}/*"] when { StringEquals: { "aws:PrincipalAccount": of.account } }
    };
}
service S {
    param folder: String = "in/";
    let files = Files {};
    let rights = aws::iam::ManagedPolicy { PolicyDocument: policy([
        files.read { prefix: "in/a/" },
        files.read { prefix: "in" },
        files.read { prefix: "out/" },
        files.read { more: true },
        files.read { prefix: folder },
        files.read { prefix: "in/{folder}" },
        files.when_told { account: folder },
    ]) };
}
"##;

    options_between_services: r##"
struct Objects { prefix: String = "", other: Bool = false, count: Int<1..=3> = 1 }
interface Uploads { read: Capability<Objects>; plain: Capability; }
interface Bare { read: Capability<Objects>; }
service Store {
    let bucket = aws::s3::Bucket {};
    let logs = aws::s3::Bucket {};
    provides uploads: Uploads = {
        read: |of| if of.other {
            allow s3::GetObject on ["{bucket.Arn}/in/{logs.BucketName}/*"]
        } else {
            allow s3::GetObject on ["{bucket.Arn}/in/{of.prefix}*"]
        },
        plain: |of| allow s3::GetObject on ["{bucket.Arn}/*"],
    };
    provides bare: Bare = { read: allow s3::GetObject on ["{bucket.Arn}/*"] };
    provides alone: Capability = allow s3::GetObject on ["{bucket.Arn}/*"];
}
service Reports {
    needs uploads: Uploads;
    param folder: String = "in/";
    let rights = aws::iam::ManagedPolicy { PolicyDocument: policy([
        uploads.read { prefix: "a/" },
        uploads.read { prefix: folder },
        uploads.read { count: 9 },
        uploads.read { other: true },
        uploads.plain { prefix: "a/" },
    ]) };
}
app Shop { let store = Store {}; let reports = Reports { uploads: store.uploads }; }
"##;

    a_service_made_outside_of_apps_and_tests: r##"
service Orders { let queue = aws::sqs::Queue {}; }
app Shop { let orders = Orders {}; }
service Other { let shop = Shop {}; let any_of = any(Orders); }
"##;

    a_rule_with_slips: r##"
/// Twice.
#[severity(hihg)]
#[control(5)]
#[id("x")]
rule same for bucket: aws::s3::Bucket {
    let name = bucket.BucketNam;
    let acl = bucket.AccessControl;
    input x: Int = 1;
    assert true;
    require bucket.VersioningConfiguration.Status == "Enabled";
    require acl == 5;
    require stack.resources(Queue).len() > 0;
    require bucket.may(s3::GetObject);
    require stack.bucket;
    let made = aws::sqs::Queue {};
}
rule same for queue: aws::sqs::Queue { require true; }
rule of_nothing for text: String { require true; }
#[severity(low)]
service S {
    #[allow(sam, reason = "x")]
    let queue = aws::sqs::Queue {};
    #[allow(same)]
    let other = aws::sqs::Queue {};
}
"##;

    an_app_that_nothing_gives_its_inputs: r##"
service Orders { input delay: Int; let queue = aws::sqs::Queue { DelaySeconds: delay }; }
app Shop { input delay: Int; let orders = Orders { delay }; }
"##;

    names_that_others_have: r##"
use crate::names::PREFIX;
service S {
    let near = Fnction { code: PREFIX, runtime: Runtim::Python };
    let exact = Function { code: "x", runtime: Runtime::Python };
    let own = aws::sqs::Queue { DelaySeconds: LIMITT };
    let same = aws::sqs::Queue { DelaySeconds: LIMIT };
    let right = lambda::invoke(exact);
    let many = Environment {};
    let seen = PREFIXX;
    let of_the_library = hiden();
    let nothing = Colour {};
    let another = FunctionUrl {};
}
//- names
const PREFIX: String = "shop";
const LIMIT: Int = 5;
//- std::compute
enum Runtime { Python }
component Function { input code: String; input runtime: Runtime; }
fn hidden() -> Int { 1 }
//- std::verbs::lambda
fn invoke(of: String) -> String { of }
"##;

    fields_by_a_part_of_their_name: r##"
component Box { input visibility_timeout: Duration; input retention: Duration = 1d; output url: String = "x"; }
service S {
    let queue = aws::sqs::Queue { Namee: "a", Id: "b", Colour: 1 };
    let boxed = Box { timeout: 5s };
    let right = Box { visibility_timeout: 5s };
    let letter = aws::sqs::Queue { Tags: [{ Ky: "a", V: "b" }] };
}
"##;
}
