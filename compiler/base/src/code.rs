//! The registry of error codes. Each has a page `spec/errors/<code>.md`, shown by `cleaninfra explain <code>`.

use std::fmt;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Something to know; never fails a build.
    Note,
    /// Probably a mistake; fails a build only with `--deny-warnings`.
    Warning,
    /// No template is written.
    Error,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

macro_rules! codes {
    ($($number:ident $variant:ident $name:literal $severity:ident;)*) => {
        /// A kind of finding. The number never changes its meaning; the name is what `#[allow(…)]` and the
        /// manifest's lint levels use.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $(#[doc = concat!("`", stringify!($number), "` ", $name)] $variant,)*
        }

        impl Code {
            /// Every code, by number.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The number: `E0101`.
            pub const fn number(self) -> &'static str {
                match self { $(Self::$variant => stringify!($number),)* }
            }

            /// The name in kebab case: `unknown-type`.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// The severity where nothing overrides it.
            pub const fn severity(self) -> Severity {
                match self { $(Self::$variant => Severity::$severity,)* }
            }
        }
    };
}

// Numbers are grouped by stage: 00 text and syntax, 01 names, 02 types, 03 evaluation, 04 values of properties,
// 05 resources together, 06 services, 07 templates and their limits, 08 access and secrets, 09 projects and files.
codes! {
    E0001 UnexpectedToken "unexpected-token" Error;
    E0002 UnclosedDelimiter "unclosed-delimiter" Error;
    E0003 UnterminatedString "unterminated-string" Error;
    E0004 InvalidCharacter "invalid-character" Error;
    E0005 InvalidEscape "invalid-escape" Error;
    E0006 InvalidNumber "invalid-number" Error;
    E0007 TooDeeplyNested "too-deeply-nested" Error;
    E0008 MisplacedAttribute "misplaced-attribute" Error;

    E0101 UnknownName "unknown-name" Error;
    E0102 UnknownResourceType "unknown-resource-type" Error;
    E0103 UnknownModule "unknown-module" Error;
    E0104 DuplicateName "duplicate-name" Error;
    E0105 UnknownField "unknown-field" Error;
    E0106 UnknownMethod "unknown-method" Error;
    E0107 UnknownAttribute "unknown-attribute" Error;
    E0108 ImportCycle "import-cycle" Error;
    E0109 UnusedImport "unused-import" Warning;
    E0110 UnusedBinding "unused-binding" Warning;
    E0111 Deprecated "deprecated" Warning;
    E0112 UnknownVariant "unknown-variant" Error;

    E0201 TypeMismatch "type-mismatch" Error;
    E0202 MissingField "missing-field" Error;
    E0203 WrongReferenceKind "wrong-reference-kind" Error;
    E0204 NotCallable "not-callable" Error;
    E0205 WrongArguments "wrong-arguments" Error;
    E0206 InvalidOperator "invalid-operator" Error;
    E0207 OptionNotUnwrapped "option-not-unwrapped" Error;
    E0208 ReadOnlyProperty "read-only-property" Error;
    E0209 NotAType "not-a-type" Error;
    E0210 NotAValue "not-a-value" Error;
    E0211 NonExhaustiveMatch "non-exhaustive-match" Error;
    E0212 RecursiveDefinition "recursive-definition" Error;
    E0213 InvalidAttribute "invalid-attribute" Error;
    E0214 InvalidOverride "invalid-override" Error;
    E0215 MissingReason "missing-reason" Error;
    E0216 MisplacedMember "misplaced-member" Error;

    E0301 LateValue "late-value" Error;
    E0302 ArithmeticOverflow "arithmetic-overflow" Error;
    E0303 DivisionByZero "division-by-zero" Error;
    E0304 IndexOutOfBounds "index-out-of-bounds" Error;
    E0305 AssertionFailed "assertion-failed" Error;
    E0306 EvaluationLimit "evaluation-limit" Error;
    E0307 DuplicateKey "duplicate-key" Error;
    E0308 InvalidArgument "invalid-argument" Error;
    E0309 DuplicateLogicalId "duplicate-logical-id" Error;
    E0310 InvalidLogicalId "invalid-logical-id" Error;

    E0401 InvalidEnumValue "invalid-enum-value" Error;
    E0402 PatternMismatch "pattern-mismatch" Error;
    E0403 LengthOutOfBounds "length-out-of-bounds" Error;
    E0404 NumberOutOfRange "number-out-of-range" Error;
    E0405 ItemsOutOfBounds "items-out-of-bounds" Error;
    E0406 DuplicateItems "duplicate-items" Error;
    E0407 ExclusiveProperties "exclusive-properties" Error;
    E0408 DependentProperty "dependent-property" Error;
    E0409 NoAlternativeMatches "no-alternative-matches" Error;
    E0410 InvalidFormat "invalid-format" Error;
    E0411 DeprecatedProperty "deprecated-property" Warning;

    E0501 DependencyCycle "dependency-cycle" Error;
    E0502 DuplicateIdentifier "duplicate-identifier" Error;
    E0503 NotInRegion "not-in-region" Error;
    E0504 RetiredResourceType "retired-resource-type" Error;
    E0505 ResourceRule "resource-rule" Error;
    E0506 RedundantDependsOn "redundant-depends-on" Warning;
    E0507 NetworkRange "network-range" Error;
    E0508 NotOffered "not-offered" Error;
    E0509 RuleBroken "rule-broken" Error;
    E0510 UnusedAllow "unused-allow" Warning;
    E0511 PublicDataStore "public-data-store" Error;
    E0512 OpenToWorld "open-to-world" Error;
    E0513 BlockedConnection "blocked-connection" Error;
    E0514 UndeclaredConnection "undeclared-connection" Error;

    E0601 NeedNotProvided "need-not-provided" Error;
    E0602 ServiceCycle "service-cycle" Error;
    E0603 NotAcrossServices "not-across-services" Error;
    E0604 InvalidInterface "invalid-interface" Error;
    E0605 InvalidEnvironment "invalid-environment" Error;

    E0701 TemplateLimit "template-limits" Error;
    E0702 InvalidName "invalid-name" Error;
    E0703 InvalidParameter "invalid-parameter" Error;

    E0801 SecretExposed "secret-exposed" Error;
    E0802 UnknownAction "unknown-action" Error;
    E0803 ActionResourceMismatch "action-resource-mismatch" Error;
    E0804 WildcardAction "wildcard-action" Error;
    E0805 InvalidPolicy "invalid-policy" Error;
    E0806 WildcardResource "wildcard-resource" Error;
    E0807 PrivilegeEscalation "privilege-escalation" Error;
    E0808 PublicAccess "public-access" Error;
    E0809 ForeignAccount "foreign-account" Error;
    E0810 ConfusedDeputy "confused-deputy" Error;
    E0811 UnknownHandlers "unknown-handlers" Error;
    E0812 RoleWithoutBoundary "role-without-boundary" Error;
    E0813 PolicyTooLong "policy-too-long" Error;
    E0814 ManagedPolicy "managed-policy" Error;
    E0815 OpenFederation "open-federation" Error;
    E0816 PassRole "pass-role" Error;
    E0817 UndeclaredAccess "undeclared-access" Error;
    E0818 NotNarrower "not-narrower" Error;
    E0819 IdleCondition "idle-condition" Error;
    E0820 MissingGrant "missing-grant" Error;
    E0821 WrittenSecret "written-secret" Error;

    E0901 InvalidManifest "invalid-manifest" Error;
    E0902 UnreadableFile "unreadable-file" Error;
    E0903 OutsideProject "outside-project" Error;
    E0904 InvalidUtf8 "invalid-utf8" Error;
    E0905 FileTooLarge "file-too-large" Error;
    E0906 InvalidData "invalid-data" Error;
    E0907 InvalidSchema "invalid-schema" Error;
}

impl Code {
    /// Whether a project may lower it: warnings and notes, and the few errors that are rules of ours rather than of
    /// CloudFormation's — rules in the language, least privilege, networks, rights that somebody else may give, and quotas
    /// that AWS raises on request or that do not bind other tools — or that rest on a table which AWS adds to every week.
    pub const fn has_level(self) -> bool {
        !matches!(self.severity(), Severity::Error)
            || self.is_about_privilege()
            || self.is_about_networks()
            || matches!(
                self,
                Self::TemplateLimit
                    | Self::NotOffered
                    | Self::RuleBroken
                    | Self::MissingGrant
                    | Self::WrittenSecret
            )
    }

    /// Whether it is about more being allowed than has to be: IAM takes it, and whoever knows why can say so.
    const fn is_about_privilege(self) -> bool {
        matches!(
            self,
            Self::WildcardAction
                | Self::WildcardResource
                | Self::PrivilegeEscalation
                | Self::PublicAccess
                | Self::ForeignAccount
                | Self::ConfusedDeputy
                | Self::ManagedPolicy
                | Self::OpenFederation
                | Self::PassRole
                | Self::UndeclaredAccess
                | Self::IdleCondition
        )
    }

    /// Whether it is about what is reached and what is not: CloudFormation deploys it, and whoever knows why can say so.
    const fn is_about_networks(self) -> bool {
        matches!(
            self,
            Self::PublicDataStore | Self::OpenToWorld | Self::BlockedConnection | Self::UndeclaredConnection
        )
    }

    /// The code with this number (in any case) or name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.number().eq_ignore_ascii_case(text) || code.name() == text)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.number())
    }
}
