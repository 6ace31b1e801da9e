// Package terraform reads Terraform and OpenTofu: folders and files of the language (.tf,
// .tofu, .tf.json, as cdktf and Wing write it), the output of `terraform show -json` for a
// plan or a state, and raw state files.
//
// Configurations are evaluated as far as possible without providers. What needs one (an
// attribute that AWS decides, an unset variable) stays unknown and keeps its name: every
// unknown value carries a [*symbol], whose text is the expression in canonical form and
// which knows what would supply it. Two unknown values with the same text are the same
// value, so that an unresolved origin id still joins origin and behavior.
//
// Nothing outside the given folder is read, regardless of links, file() or module sources,
// and no provider or module is fetched.
//
// # What to read first
//
// [ReadFolder], [ReadFile] and [ReadJSON] return a [tree.Set]. In between, module.go holds
// the contents of a folder, scope.go resolves references, express.go evaluates expressions,
// resource.go expands count, for_each and dynamic blocks, and shape.go converts resources
// to the shape of CloudFront's API.
package terraform
