import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "actions"))

import hello  # noqa: E402


class TestHello(unittest.TestCase):
    def test_greets(self):
        self.assertEqual(hello.greet("test"), "Hello, test!")
