// What errors mean to the user, and the agreement of a serial program; tests/mpi has that of several ranks.
#include "parallel/agreement.hpp"
#include "namespaces.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <new>

BOOST_AUTO_TEST_SUITE(agreement)

using namespace isinglass;
using namespace isinglass::testing;

namespace {

template <class E>
Failure failure_by(const E& error) {
  try {
    throw error;
  } catch (...) {
    return current_failure();
  }
}

void expect(const Failure& failure, const std::string& text, ExitCode code, bool is_busy = false) {
  BOOST_TEST(failure.text == text);
  BOOST_TEST(static_cast<int>(failure.code) == static_cast<int>(code));
  BOOST_TEST(failure.is_busy == is_busy);
}

std::filesystem::filesystem_error file_error(std::errc code) { return {"open", "a/b", std::make_error_code(code)}; }

}  // namespace

BOOST_AUTO_TEST_CASE(every_exception_means_something) {
  expect(failure_by(InputError("no such key")), "no such key", ExitCode::bad_input);
  expect(failure_by(InputError("in use", true)), "in use", ExitCode::bad_input, true);
  expect(failure_by(SystemError("disk full")), "error: disk full", ExitCode::error);
  expect(failure_by(Interrupted("stopped")), "stopped", ExitCode::unfinished);
  expect(failure_by(AgreedError("none is good", ExitCode::checkpoint_unusable)), "none is good",
         ExitCode::checkpoint_unusable);
  expect(failure_by(std::bad_alloc()), "error: out of memory", ExitCode::error);
  expect(failure_by(std::logic_error("never")), "error: never", ExitCode::error);
  expect(failure_by(0), "error: unknown exception", ExitCode::error);
}

BOOST_AUTO_TEST_CASE(a_name_that_no_file_can_have_is_bad_input) {
  expect(failure_by(file_error(std::errc::not_a_directory)), "a/b: Not a directory", ExitCode::bad_input);
  expect(failure_by(file_error(std::errc::permission_denied)), "error: a/b: Permission denied", ExitCode::error);
}

BOOST_AUTO_TEST_CASE(long_words_are_shortened_between_characters) {
  BOOST_TEST(shortened("word") == "word");
  const std::string umlaut = "\xc3\xbc";
  BOOST_TEST(shortened(std::string(99, 'a') + umlaut) == std::string(99, 'a') + "... (101 bytes)");
}

BOOST_AUTO_TEST_CASE(one_rank_agrees_with_itself) {
  const Communicator alone;
  BOOST_CHECK_NO_THROW(together(alone, [] {}));
  BOOST_TEST(!failure_of([&] { together(alone, [] {}); }));
  const auto failure = failure_of([&] { together(alone, [] { throw InputError("in use", true); }); });
  BOOST_REQUIRE(failure.has_value());
  expect(failure_by(*failure), "in use", ExitCode::bad_input, true);
  BOOST_CHECK_THROW(agree<SystemError>(alone, [] { throw InputError("other"); }), SystemError);
  BOOST_CHECK_THROW(agree<SystemError>(alone, [] { throw Interrupted("signal"); }), Interrupted);
  BOOST_CHECK_NO_THROW(expect_same(alone, 7, "the data set"));
}

BOOST_AUTO_TEST_SUITE_END()
