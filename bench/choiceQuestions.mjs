// A hundred questions with four choices each, made by rule from public facts: 50 capitals, 25 opposites, 25 sums. The wrong choices of
// a capital or an opposite are right ones of other questions. The same at each call.

const capitals = `
Argentina=Buenos Aires|Australia=Canberra|Austria=Vienna|Bolivia=Sucre|Brazil=Brasília|Cameroon=Yaoundé|Canada=Ottawa|Chile=Santiago
Colombia=Bogotá|Costa Rica=San José|Croatia=Zagreb|Cuba=Havana|Denmark=Copenhagen|Egypt=Cairo|Ethiopia=Addis Ababa|Finland=Helsinki
France=Paris|Germany=Berlin|Ghana=Accra|Greece=Athens|Guatemala=Guatemala City|Hungary=Budapest|Iceland=Reykjavík|India=New Delhi
Iran=Tehran|Iraq=Baghdad|Ireland=Dublin|Italy=Rome|Japan=Tokyo|Kenya=Nairobi|Kuwait=Kuwait City|Malaysia=Kuala Lumpur|Mali=Bamako
Mexico=Mexico City|Moldova=Chișinău|Morocco=Rabat|Nepal=Kathmandu|New Zealand=Wellington|Norway=Oslo|Paraguay=Asunción|Peru=Lima
Poland=Warsaw|Portugal=Lisbon|Russia=Moscow|South Korea=Seoul|Spain=Madrid|Sweden=Stockholm|Togo=Lomé|Turkey=Ankara|Vietnam=Hanoi`;

const opposites = `hot=cold|big=small|early=late|open=closed|full=empty|light=dark|rich=poor|young=old|fast=slow|high=low|strong=weak
hard=soft|wet=dry|noisy=quiet|cheap=expensive|easy=difficult|ancient=modern|brave=cowardly|guilty=innocent|generous=stingy
temporary=permanent|visible=invisible|simple=complicated|polite=rude|asleep=awake`;

/** A generator of numbers below a bound (mulberry32). */
function randomNumbers(seed) {
  let state = seed;
  return (bound) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % bound;
  };
}

const pairs = (list) =>
  list
    .trim()
    .split(/[|\n]/)
    .map((pair) => pair.split("="));

export function choiceQuestions(seed = 1) {
  const below = randomNumbers(seed);
  const asked = (kind, question, right, wrongOnes) => {
    const wrong = new Set();
    while (wrong.size < 3) wrong.add(wrongOnes());
    const choices = [...wrong];
    const answer = below(4);
    choices.splice(answer, 0, right);
    return {id: kind, question, choices, answer};
  };
  const fromPairs = (kind, list, wording) =>
    list.map(([one, right]) => {
      const others = list.map(([, other]) => other).filter((other) => other !== right);
      return asked(kind, wording(one), right, () => others[below(others.length)]);
    });
  const sums = Array.from({length: 25}, () => {
    const [a, b] = [2 + below(60), 2 + below(60)];
    const distances = [-10, -2, -1, 1, 2, 10];
    return asked("sum", `What is ${a} + ${b}?`, String(a + b), () => String(a + b + distances[below(6)]));
  });
  return [
    ...fromPairs("capital", pairs(capitals), (country) => `What is the capital of ${country}?`),
    ...fromPairs("opposite", pairs(opposites), (word) => `What is the opposite of "${word}"?`),
    ...sums
  ].map((question, i) => ({...question, id: `${question.id}-${i + 1}`}));
}
