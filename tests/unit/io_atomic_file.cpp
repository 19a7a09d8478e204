// A file is replaced whole or not at all.
#define BOOST_TEST_MODULE io_atomic_file
#include <boost/test/unit_test.hpp>

#include "base/error.hpp"
#include "full_disk.hpp"
#include "io/atomic_file.hpp"
#include "temporary_folder.hpp"

using namespace isinglass;
using namespace isinglass::test;

BOOST_AUTO_TEST_CASE(text_replaces_text) {
  const TemporaryFolder folder;
  const auto path = folder / "file.txt";
  write_text_atomically(path, "old");
  write_text_atomically(path, "new and longer");
  BOOST_TEST(contents(path) == "new and longer");
  BOOST_TEST(!std::filesystem::exists(folder / "file.txt.tmp"));
}

BOOST_AUTO_TEST_CASE(a_failed_write_or_check_keeps_the_old_file) {
  const TemporaryFolder folder;
  const auto path = folder / "file.txt";
  write_text_atomically(path, "old");
  const auto write = [](const std::filesystem::path& name) { overwrite(name, "new"); };
  const auto refuse = [](const std::filesystem::path&) { throw SystemError("refused"); };
  const auto interrupted = [&](const std::filesystem::path& name) {
    write(name);
    refuse(name);
  };
  BOOST_CHECK_THROW(write_atomically(path, interrupted, {}), SystemError);
  BOOST_CHECK_THROW(write_atomically(path, write, refuse), SystemError);
  BOOST_TEST(contents(path) == "old");
  BOOST_TEST(!std::filesystem::exists(folder / "file.txt.tmp"));
}

BOOST_AUTO_TEST_CASE(errors_name_the_file_and_the_reason) {
  const TemporaryFolder folder;
  const auto path = folder / "none/file.txt";
  const std::string message = message_of<SystemError>([&] { write_text_atomically(path, "text"); });
  BOOST_TEST(mentions(message, {path.string(), "No such file or directory"}), message);
}

BOOST_AUTO_TEST_CASE(a_full_disk_keeps_the_old_file) {
  const TemporaryFolder folder;
  const auto path = folder / "file.txt";
  write_text_atomically(path, "old");
  const FullDisk full(1000);
  const std::string message = message_of<SystemError>([&] { write_text_atomically(path, std::string(5000, 'x')); });
  BOOST_TEST(mentions(message, {path.string(), "File too large"}), message);
  BOOST_TEST(contents(path) == "old");
  BOOST_TEST(!std::filesystem::exists(folder / "file.txt.tmp"));
}
