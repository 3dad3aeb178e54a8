// What a person decides: an operation or an attribute of an MBean, asked for through Jolokia.

/** Without a user and a password that the page's own address may have: fetch refuses those. */
const JOLOKIA = new URL("../jolokia/", import.meta.url);
JOLOKIA.username = "";
JOLOKIA.password = "";

/** Says in the node what came of it. */
export async function tell(node, service, request, done) {
  node.textContent = "…";
  try {
    const response = await fetch(JOLOKIA, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ mbean: `org.apache.camel:context=headgate,type=services,name="${service}"`, ...request }),
    });
    const answer = response.ok ? await response.json() : { status: response.status, error: "the process refuses it" };
    node.textContent = answer.status === 200 ? (done ?? answer.value) : `Not done: ${answer.error.replace(/^([\w.$]+ : )+/, "")}`;
  } catch {
    node.textContent = "Not done: the process does not answer.";
  }
}
