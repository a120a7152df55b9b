export default function CreateDroplet() {
  return null;
}
