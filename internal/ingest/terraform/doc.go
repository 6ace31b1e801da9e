// Package terraform reads Terraform and OpenTofu: folders and files of the
// language (.tf, .tofu, .tf.json, as cdktf and Wing write it), what
// `terraform show -json` prints of a plan or a state, and raw state files.
//
// Configurations are evaluated as far as that is possible without providers.
// What needs one (an attribute that AWS decides, a variable that nobody sets)
// stays unknown and keeps its name: every unknown value carries a [*symbol],
// whose text is the expression in one canonical form and which knows what would
// supply it. Two unknown values with one text are the same value, so that an
// unresolved origin id still joins origin and behavior.
//
// Nothing outside the folder that was given is read, whatever links, file() or
// module sources say, and no provider or module is fetched.
//
// # What to read first
//
// [ReadFolder], [ReadFile] and [ReadJSON] return a [tree.Set]. On the way:
// module.go holds what a folder says, scope.go answers references, express.go
// evaluates expressions, resource.go expands count, for_each and dynamic
// blocks, and shape.go gives resources the shape of CloudFront's API.
package terraform
