import json
import subprocess
import sys
import unittest


class CountTest(unittest.TestCase):
    def test_counts_words_and_distinct_words(self):
        out = subprocess.run(
            [sys.executable, "actions/count.py"],
            input=json.dumps({"text": "one two two"}),
            capture_output=True,
            text=True,
            check=True,
        )
        self.assertEqual({"words": 3, "distinct": 2}, json.loads(out.stdout))


if __name__ == "__main__":
    unittest.main()
