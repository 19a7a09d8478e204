#define BOOST_TEST_MODULE isinglass
#include <boost/test/unit_test.hpp>

/// HDF5 leaks when it refuses a damaged file: not for the leak sanitizer to report.
extern "C" const char* __lsan_default_suppressions() { return "leak:libhdf5"; }
