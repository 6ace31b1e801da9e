# Runs one handler in Python. An event is one line of JSON on descriptor 3, the
# answer one line on descriptor 4; whatever the handler prints stays apart.
import importlib.util
import json
import os
import sys

path, name = sys.argv[1:3]
events = os.fdopen(3, "r", encoding="utf-8")
answers = os.fdopen(4, "w", encoding="utf-8")


class Context:
    function_name = os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "")
    function_version = "1"
    memory_limit_in_mb = 128

    def __init__(self, request):
        self.aws_request_id = request

    def get_remaining_time_in_millis(self):
        return 30000


def answer(value):
    for printed in (sys.stdout, sys.stderr):
        try:
            printed.flush()
            os.write(printed.fileno(), b"\n\0end\n")
        except (OSError, ValueError):  # the handler closed it
            pass
    answers.write(json.dumps(value) + "\n")
    answers.flush()


def failure(e):
    return {"error": {"type": type(e).__name__, "message": str(e)[:2000]}}


handler, broken = None, None
sys.path.insert(0, os.path.dirname(path))
try:
    spec = importlib.util.spec_from_file_location("handler_module", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    handler = getattr(module, name)
except BaseException as e:  # SystemExit, too
    broken = e

for line in events:
    try:
        if broken is not None:
            raise broken
        message = json.loads(line)
        answer({"result": handler(message["event"], Context(message["id"]))})
    except BaseException as e:
        answer(failure(e))
