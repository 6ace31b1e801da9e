package policy

import "strings"

// device is a set of the classes that CloudFront sorts viewers into; several may apply at
// once (CF-HDR-05).
type device uint8

const (
	deviceAndroid device = 1 << iota
	deviceDesktop
	deviceIOS
	deviceMobile
	deviceSmartTV
	deviceTablet
	// deviceKnown marks a set as computed. It is not a class.
	deviceKnown
)

// deviceClass is a row of the table that classifies a User-Agent.
type deviceClass struct {
	// all must occur in the User-Agent, and none must not; both in lower case.
	all, none []string
	classes   device
}

// deviceClasses is tried from the top, and the first matching row decides. CloudFront does
// not publish its table: this one is inferred from what the documented classes mean and
// from the User-Agents of common browsers.
var deviceClasses = []deviceClass{
	{all: []string{"smart-tv"}, classes: deviceSmartTV},
	{all: []string{"smarttv"}, classes: deviceSmartTV},
	{all: []string{"googletv"}, classes: deviceSmartTV | deviceAndroid},
	{all: []string{"android tv"}, classes: deviceSmartTV | deviceAndroid},
	{all: []string{"appletv"}, classes: deviceSmartTV},
	{all: []string{"hbbtv"}, classes: deviceSmartTV},
	{all: []string{"web0s"}, classes: deviceSmartTV},
	{all: []string{"bravia"}, classes: deviceSmartTV},
	{all: []string{"aft", "android"}, none: []string{"mobile"}, classes: deviceSmartTV | deviceAndroid}, // Fire TV
	{all: []string{"ipad"}, classes: deviceIOS | deviceMobile | deviceTablet},
	{all: []string{"iphone"}, classes: deviceIOS | deviceMobile},
	{all: []string{"ipod"}, classes: deviceIOS | deviceMobile},
	{all: []string{"silk/"}, none: []string{"mobile"}, classes: deviceAndroid | deviceMobile | deviceTablet},
	{all: []string{"android", "mobile"}, classes: deviceAndroid | deviceMobile},
	{all: []string{"android"}, classes: deviceAndroid | deviceMobile | deviceTablet},
	{all: []string{"tablet"}, classes: deviceMobile | deviceTablet},
	{all: []string{"playbook"}, classes: deviceMobile | deviceTablet},
	{all: []string{"windows phone"}, classes: deviceMobile},
	{all: []string{"blackberry"}, classes: deviceMobile},
	{all: []string{"opera mini"}, classes: deviceMobile},
	{all: []string{"mobile"}, classes: deviceMobile},
	{all: []string{"windows nt"}, classes: deviceDesktop},
	{all: []string{"macintosh"}, classes: deviceDesktop},
	{all: []string{"x11"}, classes: deviceDesktop},
	{all: []string{"cros"}, classes: deviceDesktop},
}

// classify returns the classes of a viewer. One that names no known device, like curl, is a
// desktop.
func classify(userAgent []string) device {
	ua := strings.ToLower(strings.Join(userAgent, " "))
	for i := range deviceClasses {
		if deviceClasses[i].fits(ua) {
			return deviceClasses[i].classes | deviceKnown
		}
	}
	return deviceDesktop | deviceKnown
}

func (c *deviceClass) fits(ua string) bool {
	for _, s := range c.all {
		if !strings.Contains(ua, s) {
			return false
		}
	}
	for _, s := range c.none {
		if strings.Contains(ua, s) {
			return false
		}
	}
	return true
}
