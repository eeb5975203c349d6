//! What AWS's documentation says about access and no schema does: tables, each line with its reason.
//!
//! Must not know: documents. Whoever reads these decides what to make of them.

/// An action that needs `"*"` as its resource although more could be said about it.
pub(super) struct Star {
    /// The full name.
    pub action: &'static str,
    /// Any of these condition keys says what the resource cannot.
    pub keys: &'static [&'static str],
    /// Why it needs `"*"`, and what the keys tell apart.
    pub reason: &'static str,
}

/// Sorted by action. Source: Service Authorization Reference, the tables of actions of each service.
pub(super) const STARS: &[Star] = &[
    Star {
        action: "cloudwatch:GetMetricData",
        keys: REGION,
        reason: "metrics are no resources; only insight rules that it may read as well are",
    },
    Star {
        action: "cloudwatch:ListMetrics",
        keys: REGION,
        reason: "metrics are no resources; only insight rules that it may read as well are",
    },
    Star {
        action: "cloudwatch:PutMetricData",
        keys: &["cloudwatch:namespace"],
        reason: "metrics are no resources, but their namespace can be named",
    },
    Star {
        action: "comprehend:DetectEntities",
        keys: REGION,
        reason: "it has a resource only where a model of one's own finds the entities",
    },
    Star {
        action: "ec2:AssignPrivateIpAddresses",
        keys: INTERFACE_KEYS,
        reason: "Lambda and others check that it is allowed before there is a network interface",
    },
    Star {
        action: "ec2:CreateNetworkInterface",
        keys: INTERFACE_KEYS,
        reason: "Lambda and others check that it is allowed before there is a network interface",
    },
    Star {
        action: "ec2:DeleteNetworkInterface",
        keys: INTERFACE_KEYS,
        reason: "Lambda and others check that it is allowed before there is a network interface",
    },
    Star {
        action: "ec2:UnassignPrivateIpAddresses",
        keys: INTERFACE_KEYS,
        reason: "Lambda and others check that it is allowed before there is a network interface",
    },
    Star {
        action: "ecs:ListTasks",
        keys: &["ecs:cluster"],
        reason: "it asks for a container instance, which tasks on Fargate have none of; the cluster can be named",
    },
    Star {
        action: "polly:StartSpeechSynthesisTask",
        keys: REGION,
        reason: "it has a resource only where a lexicon is used",
    },
    Star {
        action: "polly:SynthesizeSpeech",
        keys: REGION,
        reason: "it has a resource only where a lexicon is used",
    },
    Star {
        action: "rekognition:DetectModerationLabels",
        keys: REGION,
        reason: "it has a resource only where an adapter of one's own is used",
    },
    Star {
        action: "ssm:StartSession",
        keys: &["ssm:resourceTag/*", "aws:ResourceTag/*"],
        reason: "instances come and go, but their tags can be named",
    },
    Star {
        action: "translate:TranslateText",
        keys: REGION,
        reason: "it has a resource only where a terminology is used",
    },
];

/// The least that can be said of what has no resource.
const REGION: &[&str] = &["aws:RequestedRegion"];
const INTERFACE_KEYS: &[&str] = &["ec2:Subnet", "ec2:Vpc", "lambda:SourceFunctionArn"];

/// What AWS says about an action whose resource is `"*"`.
pub(super) fn star(action: &str) -> Option<&'static Star> {
    STARS.binary_search_by(|star| star.action.cmp(action)).ok().map(|at| &STARS[at])
}

/// Condition keys that fix an account, an organization, a source or a network.
///
/// Source: IAM User Guide, "AWS global condition context keys"; KMS and S3 in their developer guides.
pub(super) const FIXING: &[&str] = &[
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceip",
    "aws:sourceorgid",
    "aws:sourceorgpaths",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:userid",
    "kms:calleraccount",
    "s3:dataaccesspointaccount",
    "s3:dataaccesspointarn",
];

/// Keys of what a caller's credentials come from: they are sent with whatever the caller asks for, of any service.
///
/// Source: Lambda, EC2, Systems Manager and Glue, the section of each on keys for what runs as a role.
pub(super) const CARRIED: &[&str] = &[
    "ec2:RoleDelivery",
    "ec2:SourceInstanceARN",
    "glue:CredentialIssuingService",
    "glue:RoleAssumedBy",
    "lambda:SourceFunctionArn",
    "ssm:SourceInstanceARN",
    "sts:SourceIdentity",
];

/// Those that say on whose behalf a service acts. The part after `kms:encryptioncontext:` is up to the service.
pub(super) const SOURCE: &[&str] = &[
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceorgid",
    "aws:sourceorgpaths",
    "aws:sourceowner",
    "kms:calleraccount",
    "kms:viaservice",
];

/// Names of services as principals that are no prefix of IAM's, without `.amazonaws.com`. Those of [`super::deputy`]
/// are not repeated. Sorted. Not complete: nobody publishes them all.
///
/// Source: the user guide of each, the section on its roles and policies.
pub(super) const PRINCIPALS: &[&str] = &[
    "application-autoscaling",
    "custom-resource",
    "delivery.logs",
    "dnssec-route53",
    "edgelambda",
    "eks-nodegroup",
    "inspector",
    "lex",
    "lexv2",
    "logdelivery.elasticloadbalancing",
    "logging.s3",
    "opensearchservice",
    "ops.apigateway",
    "pods.eks",
    "vmie",
];

/// Actions that let others in without a resource, which the reference does not group as managing permissions.
///
/// Source: IAM Roles Anywhere User Guide, "Trust model": whoever has a certificate of an anchor takes on the roles.
pub(super) const HANDS_OUT: &[&str] = &["rolesanywhere:CreateProfile", "rolesanywhere:CreateTrustAnchor"];

/// Managed policies of AWS that a program may name: the part after `policy/`, and why.
pub(super) const MANAGED: &[(&str, &str)] = &[
    ("AmazonEKSClusterPolicy", "what a cluster does changes with its version, which AWS decides"),
    ("AmazonEKSWorkerNodePolicy", "what a node does changes with its version, which AWS decides"),
    ("AmazonSSMManagedInstanceCore", "the agent's actions take no resources, and change with its version"),
    ("service-role/AmazonEBSCSIDriverPolicy", "its rights are bound to the tags that the driver gives"),
    (
        "service-role/AmazonRDSEnhancedMonitoringRole",
        "RDS requires exactly these rights, on a log group of its own",
    ),
    (
        "service-role/AWSBackupServiceRolePolicyForBackup",
        "it grows with the kinds of resources that AWS Backup takes",
    ),
    (
        "service-role/AWSBackupServiceRolePolicyForRestores",
        "it grows with the kinds of resources that AWS Backup takes",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_sorted_and_name_what_there_is() {
        assert!(STARS.is_sorted_by_key(|star| star.action));
        for star in STARS {
            assert!(ci_catalog::iam::is_known_action(star.action), "{}", star.action);
            assert!(!star.reason.is_empty() && !star.keys.is_empty());
        }
        assert!(PRINCIPALS.is_sorted() && CARRIED.is_sorted());
        for action in HANDS_OUT {
            assert!(ci_catalog::iam::is_known_action(action), "{action}");
        }
        let known: Vec<String> =
            ci_catalog::iam::global_condition_keys().iter().map(|(key, _)| key.to_lowercase()).collect();
        for key in FIXING.iter().chain(SOURCE).filter(|key| key.starts_with("aws:")) {
            // Not documented any more, still sent.
            assert!(*key == "aws:sourceowner" || known.iter().any(|name| name == key), "{key}");
        }
        assert!(FIXING.is_sorted());
    }
}
