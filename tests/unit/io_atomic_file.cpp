// A file is replaced whole or not at all.
#include <boost/test/unit_test.hpp>

#include "base/error.hpp"
#include "files/atomic_file.hpp"
#include "files/output_place.hpp"
#include "full_disk.hpp"
#include "namespaces.hpp"
#include "temporary_folder.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <string>
#include <utility>

BOOST_AUTO_TEST_SUITE(io_atomic_file)

using namespace isinglass;
using namespace isinglass::testing;

BOOST_AUTO_TEST_CASE(text_replaces_text) {
  const TemporaryFolder folder;
  const auto path = folder / "file.txt";
  write_text_atomically(path, "old");
  write_text_atomically(path, "new and longer");
  BOOST_TEST(contents(path) == "new and longer");
  BOOST_TEST(temporaries_in(folder.path()) == 0);
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
  BOOST_TEST(temporaries_in(folder.path()) == 0);
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
  BOOST_TEST(temporaries_in(folder.path()) == 0);
}

BOOST_AUTO_TEST_CASE(links_are_followed_and_permissions_kept) {
  const TemporaryFolder folder;
  const auto path = folder / "file.txt", link = folder / "link", twice = folder / "twice", promise = folder / "promise";
  write_text_atomically(path, "old");
  std::filesystem::permissions(path, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  std::filesystem::create_symlink("file.txt", link);
  std::filesystem::create_symlink(link, twice);
  std::filesystem::create_symlink("later.txt", promise);
  write_text_atomically(twice, "new");
  write_text_atomically(promise, "kept");
  BOOST_TEST(contents(path) == "new");
  BOOST_TEST(contents(folder / "later.txt") == "kept");
  BOOST_TEST(std::filesystem::is_symlink(link));
  const auto all = std::filesystem::status(path).permissions() & std::filesystem::perms::all;
  BOOST_TEST((all == (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write)));
}

BOOST_AUTO_TEST_CASE(nothing_but_regular_files_is_replaced) {
  const TemporaryFolder folder;
  BOOST_REQUIRE(mkfifo((folder / "pipe").c_str(), 0666) == 0);
  std::filesystem::create_directory(folder / "below");
  std::filesystem::create_symlink("b", folder / "a");
  std::filesystem::create_symlink("a", folder / "b");
  for (const auto& [name, part] : {std::pair{"pipe", "a pipe"}, {"below", "a folder"}, {"a", "circles"}}) {
    const std::string message = message_of<InputError>([&] { expect_output_place(folder / name); });
    BOOST_TEST(mentions(message, {name, part}), message);
    BOOST_CHECK_THROW(write_text_atomically(folder / name, "text"), SystemError);
  }
  BOOST_TEST(std::filesystem::is_fifo(folder / "pipe"));
  BOOST_TEST(temporaries_in(folder.path()) == 0);
}

BOOST_AUTO_TEST_CASE(temporary_files_of_ended_processes_are_removed) {
  const TemporaryFolder folder;
  const auto path = folder / "file.txt";
  const std::string own = temporary_name(path, 0).filename().string();
  const std::string self = "-" + std::to_string(getpid()) + "-";
  const std::string gone = std::string(own).replace(own.find(self), self.size(), "-999999999-");
  const std::string elsewhere = std::string(gone).replace(own.find('-') - 8, 8, "00000000");
  for (const std::string& name : {own, gone, elsewhere, std::string("file.txt.tmp")}) overwrite(folder / name, "x");
  expect_output_place(path);
  BOOST_TEST(std::filesystem::exists(folder / own));
  BOOST_TEST(!std::filesystem::exists(folder / gone));
  BOOST_TEST(std::filesystem::exists(folder / elsewhere));
  BOOST_TEST(std::filesystem::exists(folder / "file.txt.tmp"));
  overwrite(temporary_name(folder / "lock", 0), "of a process that asks for the lock");
  remove_all_temporaries(folder.path());
  BOOST_TEST(temporaries_in(folder.path()) == 2);  // the user's, and that one
  BOOST_TEST(temporary_name(folder / std::string(255, 'n'), 7).filename().string().size() <= 255U);
}

BOOST_AUTO_TEST_SUITE_END()
