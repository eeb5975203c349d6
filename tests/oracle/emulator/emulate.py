"""Deploys stacks to an emulator of AWS that enforces IAM, and makes real calls with the roles of their functions.

    emulate.py < request > answer

`request` is one JSON object: {"stacks": [{"name", "template"}, ...] in the order they are deployed, "region",
"probes": [{"stack", "role", "tls", "calls": [{"service", "operation", "arguments"}, ...]}, ...]}. In the arguments
{"Physical": [stack, logical id]} and {"Output": [stack, output]} stand for what is known once a stack is there.

`answer` is a list for each probe: for each call "allowed", "denied", or the error that is neither. A call is
made inside a function that runs as the role, so that nothing but the role's own policies can let it through.

The emulator is a process of its own, on loopback, with nothing kept. It must not be told what is expected.
"""

import io
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
import zipfile

import boto3
from botocore.config import Config

# What the functions of a probe run: it makes the calls it is sent, one after the other.
PROBE = '''
import boto3
from botocore.exceptions import ClientError

def over_tls(request, **_):
    request.headers.add_header("X-Forwarded-Proto", "https")

def handler(event, context):
    answers = []
    for call in event["calls"]:
        client = boto3.client(call["service"])
        if event["tls"]:
            # As a proxy would say that ends the encryption: resource policies refuse what comes without.
            client.meta.events.register("before-sign", over_tls)
        try:
            getattr(client, call["operation"])(**call["arguments"])
            answers.append("allowed")
        except ClientError as error:
            code = error.response["Error"]["Code"]
            is_denied = code.startswith("AccessDenied") or code in ("AuthorizationError", "UnauthorizedOperation")
            answers.append("denied" if is_denied else f"{code}: {error}")
        except Exception as error:
            answers.append(f"{type(error).__name__}: {error}")
    return answers
'''

# How long anything may take that the emulator does, in seconds: a busy machine needs many times what an idle one does.
PATIENCE = 180


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(done, what):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        found = done()
        if found:
            return found
        time.sleep(0.1)
    raise SystemExit(f"{what}: nothing within {PATIENCE} s")


def start(folder, port):
    environment = dict(os.environ)
    environment.update(
        AUTH="true", GATEWAY_PORT=str(port), BIND_HOST="127.0.0.1", HOME=folder, TMPDIR=folder, PERSIST_STATE="0"
    )
    command = os.path.join(os.path.dirname(sys.executable), "ministack")
    log = open(os.path.join(folder, "log"), "wb")
    return subprocess.Popen(
        [command], env=environment, cwd=folder, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True
    )


def is_up(port):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/_ministack/health", timeout=2) as answer:
            return answer.status == 200
    except OSError:
        return False


def archive(name, text):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as out:
        out.writestr(name, text)
    return data.getvalue()


class Emulator:
    def __init__(self, port, region):
        self.endpoint = f"http://127.0.0.1:{port}"
        self.session = boto3.Session("test", "test", region_name=region)
        self.config = Config(retries={"max_attempts": 1}, read_timeout=PATIENCE)
        self.cloudformation = self.client("cloudformation")

    def client(self, service):
        return self.session.client(service, endpoint_url=self.endpoint, config=self.config)

    def outputs(self, stack):
        found = self.cloudformation.describe_stacks(StackName=stack)["Stacks"][0].get("Outputs", [])
        return {output["OutputKey"]: output["OutputValue"] for output in found}

    def physical(self, stack, logical):
        found = self.cloudformation.describe_stack_resources(StackName=stack)["StackResources"]
        return next(it["PhysicalResourceId"] for it in found if it["LogicalResourceId"] == logical)

    def without_stack_outputs(self, value):
        """The emulator does not know `Fn::GetStackOutput`: what it reads is put in its place."""
        if isinstance(value, list):
            return [self.without_stack_outputs(item) for item in value]
        if not isinstance(value, dict):
            return value
        if set(value) == {"Fn::GetStackOutput"}:
            of = value["Fn::GetStackOutput"]
            return self.outputs(of["StackName"])[of["OutputName"]]
        return {key: self.without_stack_outputs(inner) for key, inner in value.items()}

    def deploy(self, name, template):
        parameters = []
        if "ArtifactBucket" in template.get("Parameters", {}):
            parameters.append({"ParameterKey": "ArtifactBucket", "ParameterValue": "artifacts"})
        self.upload(template)
        self.cloudformation.create_stack(
            StackName=name,
            TemplateBody=json.dumps(self.without_stack_outputs(template)),
            Parameters=parameters,
            Capabilities=["CAPABILITY_NAMED_IAM"],
        )

        def status():
            stack = self.cloudformation.describe_stacks(StackName=name)["Stacks"][0]
            return None if "IN_PROGRESS" in stack["StackStatus"] else stack["StackStatus"]

        if until(status, f"stack {name}") != "CREATE_COMPLETE":
            events = self.cloudformation.describe_stack_events(StackName=name)["StackEvents"]
            reasons = [f"{it['LogicalResourceId']}: {it.get('ResourceStatusReason')}" for it in events]
            raise SystemExit(f"stack {name} was not created:\n" + "\n".join(reasons))

    def upload(self, template):
        """Something stands where a function's code is expected: nobody runs it."""
        s3 = self.client("s3")
        for resource in template["Resources"].values():
            key = resource.get("Properties", {}).get("Code", {}) if resource["Type"] == "AWS::Lambda::Function" else {}
            if "S3Key" in key:
                s3.put_object(Bucket="artifacts", Key=key["S3Key"], Body=archive("index.py", "handler = None"))

    def argument(self, value):
        if isinstance(value, list):
            return [self.argument(item) for item in value]
        if not isinstance(value, dict):
            return value
        if set(value) == {"Physical"}:
            return self.physical(*value["Physical"])
        if set(value) == {"Output"}:
            return self.outputs(value["Output"][0])[value["Output"][1]]
        return {key: self.argument(inner) for key, inner in value.items()}

    def probe(self, number, probe):
        name = f"probe-{number}"
        role = self.client("iam").get_role(RoleName=self.physical(probe["stack"], probe["role"]))["Role"]["Arn"]
        functions = self.client("lambda")
        functions.create_function(
            FunctionName=name,
            Runtime="python3.13",
            Role=role,
            Handler="index.handler",
            Code={"ZipFile": archive("index.py", PROBE)},
            Timeout=60,
        )
        calls = self.argument(probe["calls"])
        answer = functions.invoke(FunctionName=name, Payload=json.dumps({"calls": calls, "tls": probe["tls"]}).encode())
        answers = json.loads(answer["Payload"].read())
        if not isinstance(answers, list):
            raise SystemExit(f"the probe of {probe['role']} failed: {answers}")
        return answers


def main():
    request = json.load(sys.stdin)
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        process = start(folder, port)
        try:
            until(lambda: process.poll() is not None or is_up(port), "the emulator")
            if process.poll() is not None:
                with open(os.path.join(folder, "log"), encoding="utf-8", errors="replace") as log:
                    raise SystemExit(f"the emulator stopped:\n{log.read()[-4000:]}")
            emulator = Emulator(port, request["region"])
            emulator.client("s3").create_bucket(
                Bucket="artifacts", CreateBucketConfiguration={"LocationConstraint": request["region"]}
            )
            for stack in request["stacks"]:
                emulator.deploy(stack["name"], stack["template"])
            json.dump([emulator.probe(*probe) for probe in enumerate(request["probes"])], sys.stdout)
        finally:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            process.wait()


if __name__ == "__main__":
    main()
