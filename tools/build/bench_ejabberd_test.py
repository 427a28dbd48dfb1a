import time
import unittest
from unittest import mock

import bench_ejabberd


def message(sender, number):
    return b"<message xml:lang='en' id='%d-%d-%d' type='chat'><body>x</body></message>" % (sender, number, time.monotonic_ns())


class Arrivals(unittest.TestCase):
    def setUp(self):
        self.crowd = bench_ejabberd.Crowd(port=0, sessions=2)
        self.addCleanup(self.crowd.close)
        with mock.patch("socket.create_connection"):
            self.crowd.talkers = [bench_ejabberd.Talker(i, 0) for i in range(2)]
        self.crowd.measuring = True
        self.crowd.talkers[0].sent = 5

    def receive(self, *parts):
        for part in parts:
            self.crowd.talkers[1].input += part
            self.crowd.read(self.crowd.talkers[1])

    def test_messages_count_once_wherever_the_bytes_are_cut(self):
        whole = message(0, 0) + message(0, 1)
        self.receive(whole[:50], whole[50:120], whole[120:])
        self.assertEqual((self.crowd.talkers[0].arrived, len(self.crowd.times)), (2, 2))
        self.assertEqual((self.crowd.duplicated, self.crowd.lost_order, self.crowd.errors), (0, 0, 0))

    def test_what_comes_twice_or_out_of_order_is_seen(self):
        self.receive(message(0, 0), message(0, 0), message(0, 3))
        self.assertEqual((self.crowd.duplicated, self.crowd.lost_order), (1, 1))

    def test_an_error_of_the_server_is_one(self):
        self.receive(b"<message id='0-0-1' type='error'><error/></message>")
        self.assertEqual((self.crowd.errors, self.crowd.talkers[0].arrived), (1, 0))


class Tools(unittest.TestCase):
    def test_a_missing_package_is_named(self):
        with mock.patch("shutil.which", return_value=None), self.assertRaisesRegex(bench_ejabberd.Missing, "apt-get install ejabberd"):
            bench_ejabberd.find_tools()


if __name__ == "__main__":
    unittest.main()
