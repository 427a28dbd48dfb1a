import pathlib
import tempfile
import unittest

import check_layers


def problems(path, text, unordered=frozenset()):
    return [message for _, message in check_layers.check_file(pathlib.Path(path), text, unordered)]


class Layers(unittest.TestCase):
    def test_allowed_arrows_pass(self):
        for path, header in [
            ("server/chat/a.cpp", "base/id.hpp"),
            ("server/chat/a.cpp", "chat/b.hpp"),
            ("server/wire/a.cpp", "base/id.hpp"),
            ("server/wire/a.cpp", "parley/v1/frames.pb.h"),
            ("server/engines/sql/a.cpp", "ports/accounts.hpp"),
            ("server/engines/sql/a.cpp", "engines/sql/b.hpp"),
            ("server/gateway/a.cpp", "wire/websocket.hpp"),
            ("server/app/main.cpp", "engines/sql/b.hpp"),
            ("tools/parley/a.cpp", "client/outbox.hpp"),
            ("tools/parley/a.cpp", "parley/errors.hpp"),
        ]:
            self.assertEqual(problems(path, f'#include "{header}"\n'), [], (path, header))

    def test_forbidden_arrows_fail(self):
        for path, header in [
            ("server/base/a.hpp", "chat/channel.hpp"),
            ("server/chat/a.cpp", "wire/frame.hpp"),
            ("server/chat/a.cpp", "ports/executor.hpp"),
            ("server/wire/a.cpp", "ports/executor.hpp"),
            ("server/ports/a.hpp", "wire/frame.hpp"),
            ("server/client/a.cpp", "ports/executor.hpp"),
            ("server/client/a.cpp", "node/session.hpp"),
            ("server/node/a.cpp", "engines/memory/store.hpp"),
            ("server/node/a.cpp", "gateway/server.hpp"),
            ("server/gateway/a.cpp", "engines/sql/b.hpp"),
            ("server/gateway/a.cpp", "client/outbox.hpp"),
            ("server/engines/sql/a.cpp", "engines/rocksdb/b.hpp"),
            ("server/engines/sql/a.cpp", "node/owner.hpp"),
            ("server/engines/sql/a.cpp", "app/config.hpp"),
            ("tools/parley/a.cpp", "node/session.hpp"),
            ("server/chat/a.cpp", "../base/id.hpp"),
        ]:
            self.assertTrue(problems(path, f'  #  include "{header}"\n'), (path, header))

    def test_outside_libraries_stay_where_they_belong(self):
        for path, header in [
            ("server/node/a.cpp", "rocksdb/db.h"),
            ("server/engines/memory/a.cpp", "rocksdb/db.h"),
            ("server/engines/rocksdb/a.cpp", "soci/soci.h"),
            ("server/chat/a.cpp", "google/protobuf/message.h"),
            ("server/node/a.cpp", "boost/asio/io_context.hpp"),
            ("server/node/a.cpp", "openssl/evp.h"),
            ("server/gateway/a.cpp", "sodium.h"),
            ("server/gateway/a.cpp", "spdlog/spdlog.h"),
            ("server/chat/a.cpp", "gtest/gtest.h"),
        ]:
            self.assertTrue(problems(path, f"#include <{header}>\n"), (path, header))
        for path, header in [
            ("server/engines/rocksdb/a.cpp", "rocksdb/db.h"),
            ("server/base/sha256.cpp", "openssl/sha.h"),
            ("server/gateway/a.cpp", "boost/asio/io_context.hpp"),
            ("server/chat/a.cpp", "vector"),
        ]:
            self.assertEqual(problems(path, f"#include <{header}>\n"), [], (path, header))

    def test_tests_may_include_everything(self):
        self.assertEqual(problems("server/chat/a_test.cpp", '#include "engines/sql/b.hpp"\n#include <thread>\n'), [])
        self.assertEqual(problems("server/chat/room_for_test.hpp", "#include <gtest/gtest.h>\n"), [])


class Purity(unittest.TestCase):
    def test_clock_thread_and_randomness_fail_in_pure_layers_only(self):
        for line in [
            "#include <thread>",
            "#include <random>",
            "#include <mutex>",
            "auto t = std::chrono::system_clock::now();",
            "auto t = steady_clock::now();",
            "std::time(nullptr);",
        ]:
            for layer in ["chat", "wire", "client", "node"]:
                self.assertTrue(problems(f"server/{layer}/a.cpp", line + "\n"), (layer, line))
            self.assertEqual(problems("server/engines/system/a.cpp", line + "\n"), [], line)

    def test_comments_are_not_code(self):
        self.assertEqual(problems("server/chat/a.cpp", "// never system_clock\n/* #include <thread>\n*/\n"), [])

    def test_iterating_an_unordered_container_fails_unless_excused(self):
        loop = "for (const auto& [id, m] : state.members_) {}\n"
        self.assertTrue(problems("server/node/a.cpp", loop, {"members_"}))
        self.assertEqual(problems("server/node/a.cpp", loop, {"others_"}), [])
        self.assertEqual(problems("server/node/a.cpp", "// any order: only counted\n" + loop, {"members_"}), [])
        self.assertEqual(problems("server/gateway/a.cpp", loop, {"members_"}), [])


class Tree(unittest.TestCase):
    def test_a_forbidden_include_in_a_tree_fails_the_check(self):
        with tempfile.TemporaryDirectory() as directory:
            root = pathlib.Path(directory)
            (root / "server/node").mkdir(parents=True)
            (root / "tools").mkdir()
            header = root / "server/node/peers.hpp"
            header.write_text("std::unordered_map<int, Peer> peers_;\n")
            source = root / "server/node/peers.cpp"
            source.write_text('#include "node/peers.hpp"\n')
            self.assertEqual(check_layers.main([str(root)]), 0)
            source.write_text('#include "engines/memory/bus.hpp"\nfor (auto& peer : peers_) {}\n')
            _, found = check_layers.check_tree(root)
            self.assertEqual(len(found), 2, found)
            self.assertEqual(check_layers.main([str(root)]), 1)

    def test_a_long_file_fails(self):
        self.assertTrue(problems("server/chat/a.cpp", "\n" * 501))


if __name__ == "__main__":
    unittest.main()
