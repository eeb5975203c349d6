//! The catalog's own rules in words.
//!
//! The catalog says when a rule is broken, as a schema; what the schema's findings say is true but seldom the point.

use ci_base::{Code, Diagnostic, Label};
use ci_catalog::Rule;
use ci_graph::Origin;

/// The number of a rule in the catalog, its stable name, and what it demands.
const WORDS: [(&str, &str, &str); 44] = [
    ("E3023", "record-values", "the records must be of the form their type asks for"),
    ("E3029", "alias-record", "an alias record takes its time to live from its target"),
    ("E3042", "essential-container", "a task needs at least one essential container"),
    ("E3044", "fargate-scheduling", "a service on Fargate can only be scheduled as replicas"),
    ("E3045", "bucket-acl-ownership", "a bucket with an ACL needs ownership controls that keep ACLs on"),
    ("E3046", "awslogs-options", "the log driver `awslogs` needs its group and region"),
    ("E3047", "fargate-size", "Fargate does not offer this combination of CPU and memory"),
    ("E3048", "fargate-task", "this is not possible in a task for Fargate"),
    ("E3501", "queue-kind", "a FIFO queue has a name that ends in `.fifo`, and only FIFO queues deduplicate"),
    ("E3615", "alarm-period", "an alarm's period is 10, 20, 30 or a multiple of 60 seconds"),
    ("E3633", "stream-starting-position", "a stream is read from a starting position, which must be given"),
    ("E3634", "queue-starting-position", "a queue has no starting position"),
    ("E3636", "project-location", "what CodeBuild reads from or writes to S3 needs its location"),
    ("E3638", "on-demand-throughput", "a table that is paid per request has no provisioned throughput"),
    (
        "E3639",
        "provisioned-throughput",
        "a table that is not paid per request needs its throughput provisioned",
    ),
    ("E3660", "api-name", "an API without a definition needs a name"),
    ("E3661", "metric-health-check", "a health check on a metric needs the alarm it watches"),
    ("E3663", "reserved-variables", "Lambda sets this variable itself"),
    ("E3671", "volume-iops", "the number of IOPS does not fit the type of the volume"),
    (
        "E3674",
        "private-address-twice",
        "the private address is given on the instance or on its interface, not on both",
    ),
    ("E3676", "listener-certificate", "a listener for TLS needs a certificate"),
    ("E3677", "inline-code-runtime", "only Node.js and Python functions can have their code inline"),
    ("E3678", "inline-code-needs-runtime", "inline code needs a runtime"),
    ("E3679", "classic-listener-certificate", "a listener for TLS needs a certificate"),
    ("E3680", "balancer-subnets", "an application load balancer needs subnets in at least two zones"),
    ("E3681", "target-group-type", "this does not fit the type of the group's targets"),
    ("E3682", "aurora-instance", "the storage of an Aurora instance belongs to its cluster"),
    ("E3683", "target-group-protocol", "this does not fit the protocol of the target group"),
    ("E3684", "health-check-protocol", "this does not fit the protocol of the health check"),
    ("E3685", "image-function", "the image of a function decides its handler, runtime and layers"),
    ("E3686", "serverless-cluster", "this does not fit the way the cluster scales"),
    ("E3687", "rule-ports", "a rule for TCP, UDP or ICMP needs its ports"),
    ("E3688", "all-ports", "a rule for all ports has -1 as its first and its last"),
    ("E3689", "cluster-monitoring", "monitoring needs an interval, and a role that may write what is found"),
    ("E3690", "cluster-engine", "this engine, or this version of it, is not offered for clusters"),
    ("E3691", "instance-engine", "this engine, or this version of it, is not offered"),
    (
        "E3692",
        "cluster-storage",
        "a cluster of instances in several zones needs its storage and instances described",
    ),
    (
        "E3693",
        "aurora-cluster",
        "the storage and the instances of an Aurora cluster are not described on the cluster",
    ),
    ("E3695", "cache-engine", "this engine, or this version of it, is not offered for caches"),
    ("E3696", "log-level", "a log level can be set only for logs in JSON"),
    ("E3704", "valkey-encryption", "a group of Valkey caches must say whether it encrypts in transit"),
    ("E3717", "function-timeout", "a function runs for at most 900 seconds"),
    ("E3718", "authorizer-caching", "an authorizer's answers are kept for at most an hour"),
    ("E3725", "file-system-size", "the file system can't have this size"),
];

const MORE_WORDS: [(&str, &str, &str); 6] = [
    ("E3715", "ephemeral-device", "a virtual device is named `ephemeral0` to `ephemeral23`"),
    (
        "E3719",
        "backup-retention",
        "backups of a database are kept for at most 35 days, and those of a cluster by the cluster",
    ),
    ("E3720", "key-without-encryption", "a key has no use for storage that is not encrypted"),
    ("E3721", "replica-mode", "this engine has no such replica mode"),
    ("E3722", "cookie-forwarding", "cookies are forwarded `all`, `none` or by a `whitelist`"),
    ("E3723", "method-settings-path", "the path of method settings begins with a slash"),
];

/// Rules about which the words of the schema add nothing.
const PLAIN: [&str; 3] = ["E3042", "E3047", "E3663"];

fn words(id: &str) -> Option<(&'static str, &'static str)> {
    let (_, name, words) = WORDS.iter().chain(&MORE_WORDS).find(|(known, ..)| *known == id)?;
    Some((name, words))
}

/// The findings of one rule's schema as one finding about the rule.
pub(crate) fn explain(
    rule: &Rule,
    at: Origin,
    mut findings: Vec<Diagnostic<Origin>>,
) -> Vec<Diagnostic<Origin>> {
    let Some((name, demand)) = words(rule.id) else {
        // A rule that is newer than this list: what the schema says will have to do.
        return findings.into_iter().map(|finding| finding.note("rule of the catalog")).collect();
    };
    if findings.is_empty() {
        return vec![crate::view::broken(name, at, demand)];
    }
    let mut first = findings.remove(0);
    first.code = Code::ResourceRule;
    first.severity = Code::ResourceRule.severity();
    first.primary.text = std::mem::replace(&mut first.message, demand.to_owned());
    if PLAIN.contains(&rule.id) {
        first.primary.text.clear();
        first.notes.clear();
    }
    for other in findings {
        // All of it is one mistake; what is said at the same place is said once.
        if first.primary.at != other.primary.at {
            first.secondary.push(Label { at: other.primary.at, text: other.message });
        } else if !first.primary.text.contains(&other.message) {
            first.notes.push(other.message);
        }
    }
    first.notes.push(format!("rule `{name}`"));
    vec![first]
}
