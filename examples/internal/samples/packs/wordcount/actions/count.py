"""Reads {"text": ...} from standard input and prints its statistics as JSON."""

import json
import sys

from textstats import statistics

if __name__ == "__main__":
    json.dump(statistics(json.load(sys.stdin)["text"]), sys.stdout)
    print()
