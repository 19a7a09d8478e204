#include "base/error.hpp"
#include "namespaces.hpp"
#include "run/trace.hpp"
#include "temporary_folder.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cmath>
#include <fstream>

BOOST_AUTO_TEST_SUITE(io_trace)

using namespace isinglass;
using namespace isinglass::testing;

namespace {

struct InFolder {
  testing::TemporaryFolder folder;
  std::filesystem::path file = folder / "trace";
};

HistoryRow row(std::int64_t iteration) {
  HistoryRow r;
  r.phase = "qcgd";
  r.iteration = iteration;
  r.wall_seconds = 0.25;
  r.energy = -1.0 / 3;
  r.objective = 12345678901.0;
  r.violation = 1e-9;
  r.train_accuracy = 0.875;
  r.validation_accuracy = std::nan("");
  return r;
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(rows_are_on_disk_as_soon_as_they_are_appended, InFolder) {
  TraceFile trace(file);
  BOOST_TEST(read_trace(file).empty());
  trace.append(row(1));
  trace.append(row(2));
  const std::vector<HistoryRow> rows = read_trace(file);
  BOOST_TEST(rows.size() == 2U);
  BOOST_TEST(rows[1].phase == "qcgd");
  BOOST_TEST(rows[1].iteration == 2);
  BOOST_TEST(rows[1].wall_seconds == 0.25);
  BOOST_TEST(rows[1].energy == -1.0 / 3);
  BOOST_TEST(rows[1].objective == 12345678901.0);
  BOOST_TEST(rows[1].violation == 1e-9);
  BOOST_TEST(rows[1].train_accuracy == 0.875);
  BOOST_TEST(std::isnan(rows[1].validation_accuracy));
}

BOOST_FIXTURE_TEST_CASE(the_header_has_a_column_for_each_value_of_a_row, InFolder) {
  TraceFile(file).append(row(1));
  std::ifstream stream(file);
  std::string header, values;
  std::getline(stream, header);
  std::getline(stream, values);
  BOOST_TEST(header.starts_with("phase,iteration,wall[s],"));
  BOOST_TEST(std::count(header.begin(), header.end(), ',') == std::count(values.begin(), values.end(), ','));
}

BOOST_FIXTURE_TEST_CASE(a_row_that_was_cut_off_is_left_out, InFolder) {
  TraceFile(file).append(row(1));
  std::ofstream(file, std::ios::app) << "qcgd,2,0.5,3,4,5,6,7,0.5,0.2";
  BOOST_TEST(read_trace(file).size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(a_new_trace_replaces_the_old_one, InFolder) {
  TraceFile(file).append(row(1));
  TraceFile{file};
  BOOST_TEST(read_trace(file).empty());
}

BOOST_FIXTURE_TEST_CASE(other_files_are_refused, InFolder) {
  BOOST_TEST(read_trace(folder / "missing").empty());
  std::ofstream(file) << "a,b\n1,2\n";
  BOOST_CHECK_THROW(static_cast<void>(read_trace(file)), InputError);
  BOOST_CHECK_THROW(TraceFile(folder / "no/trace"), SystemError);
}

BOOST_AUTO_TEST_SUITE_END()
