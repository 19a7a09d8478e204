#pragma once

/// Tests see the names of all folders.
namespace isinglass {
namespace bounds {}
namespace cgal {}
namespace config {}
namespace data {}
namespace energy {}
namespace files {}
namespace filters {}
namespace formats {}
namespace ising {}
namespace network {}
namespace oracles {}
namespace parallel {}
namespace products {}
namespace qcbo {}
namespace readout {}
namespace run {}
namespace solve {}
namespace spline {}
namespace sweep {}
namespace train {}
namespace testing {
using namespace bounds;
using namespace cgal;
using namespace config;
using namespace data;
using namespace energy;
using namespace files;
using namespace filters;
using namespace formats;
using namespace ising;
using namespace network;
using namespace oracles;
using namespace parallel;
using namespace products;
using namespace qcbo;
using namespace readout;
using namespace run;
using namespace solve;
using namespace spline;
using namespace sweep;
using namespace train;
}  // namespace testing
}  // namespace isinglass
