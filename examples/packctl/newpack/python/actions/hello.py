"""Greets a person: parameters come as JSON on standard input, the result goes to standard output."""

import json
import sys


def greet(name):
    return "Hello, %s!" % name


if __name__ == "__main__":
    parameters = json.load(sys.stdin)
    json.dump({"text": greet(parameters["name"])}, sys.stdout)
