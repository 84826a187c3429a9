"""A scripted language model: good answers about the invented article, and ways to spoil them."""

import copy
import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from middlegame.drafting.answers import STEPS

GOOD = json.loads(Path(__file__).with_name("good_answers.json").read_text("utf-8"))
"""A good answer to every step."""

Script = Callable[[str, int], object]
"""Returns the answer to a step, given its name and how often it was asked before."""


def good(step: str, _asked: int) -> object:
    """Answer every step well."""
    return copy.deepcopy(GOOD[step])


class Scripted:
    """What a scripted model was asked, and what it answers.

    Attributes:
        prompts: the steps with their prompts, in order.
    """

    def __init__(self, script: Script = good) -> None:
        self.script = script
        self.prompts: list[tuple[str, str]] = []

    def answer(self, schema: dict, prompt: str) -> object:
        """Answer the step whose form a schema describes."""
        [step] = set(schema["properties"]) & set(STEPS)
        asked = sum(each == step for each, _ in self.prompts)
        self.prompts.append((step, prompt))
        return self.script(step, asked)

    def steps(self) -> list[str]:
        """Return the steps in the order in which they were asked."""
        return [step for step, _ in self.prompts]

    def model(self):
        """Return it as a model of pydantic-ai."""
        from pydantic_ai.messages import ModelResponse, ToolCallPart
        from pydantic_ai.models.function import FunctionModel

        def respond(messages, info):
            [tool] = info.output_tools
            prompt = str(messages[-1].parts[-1].content)
            answer = self.answer(tool.parameters_json_schema, prompt)
            return ModelResponse(parts=[ToolCallPart(tool.name, answer)])

        return FunctionModel(respond, model_name="scripted")


class StubServer:
    """A server on this machine that speaks as OpenAI's chat completions do.

    Attributes:
        scripted: what answers.
        url: the address to set as OPENAI_BASE_URL.
        behaviour: `answers`, `endless` (never ends an answer) or `broken` (no JSON at all).
    """

    def __init__(self, scripted: Scripted, behaviour: str = "answers") -> None:
        stub = self
        self.scripted, self.behaviour, self.ended = scripted, behaviour, threading.Event()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
                if stub.behaviour == "endless":
                    self._start(10**9)
                    while not stub.ended.wait(0.02):
                        self.wfile.write(b" " * 64)
                    return
                body = b"<html>busy" if stub.behaviour == "broken" else stub.completion(asked)
                self._start(len(body))
                self.wfile.write(body)

            def _start(self, length: int) -> None:
                self.send_response(200)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(length))
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def completion(self, asked: dict) -> bytes:
        """Return a chat completion that calls the tool which takes the answer."""
        [tool] = asked["tools"]
        prompt = json.dumps(asked["messages"][-1])
        answer = self.scripted.answer(tool["function"]["parameters"], prompt)
        call = {
            "id": "call-1",
            "type": "function",
            "function": {"name": tool["function"]["name"], "arguments": json.dumps(answer)},
        }
        message = {"role": "assistant", "content": None, "tool_calls": [call]}
        return json.dumps(
            {
                "id": "1",
                "object": "chat.completion",
                "created": 1,
                "model": asked["model"],
                "choices": [{"index": 0, "finish_reason": "tool_calls", "message": message}],
                "usage": {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100},
            }
        ).encode()

    def close(self) -> None:
        """Stop the server."""
        self.ended.set()
        self.server.shutdown()
        self.server.server_close()
