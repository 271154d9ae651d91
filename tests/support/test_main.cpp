#define BOOST_TEST_MODULE warren
#include <boost/test/unit_test.hpp>
